"""The Celery application of the auth service: ``celery -A auth_service.celery:app worker``."""

from auth_service.settings import SERVICE
from common.conf.celery import make_celery

app = make_celery(SERVICE)
