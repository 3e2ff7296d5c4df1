"""The Celery application of the document service: ``celery -A document_service.celery:app worker``."""

from common.conf.celery import make_celery
from document_service.settings import SERVICE

app = make_celery(SERVICE)
