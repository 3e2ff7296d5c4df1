"""The Celery application of the company service: ``celery -A company_service.celery:app worker``."""

from common.conf.celery import make_celery
from company_service.settings import SERVICE

app = make_celery(SERVICE)
