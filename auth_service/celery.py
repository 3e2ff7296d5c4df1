"""The Celery application of the auth service: ``celery -A auth_service.celery:app worker``."""

from common.conf.celery import make_celery
from auth_service.settings import SERVICE

app = make_celery(SERVICE)
