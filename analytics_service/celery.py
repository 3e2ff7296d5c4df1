"""The Celery application of the analytics service: ``celery -A analytics_service.celery:app worker``."""

from common.conf.celery import make_celery
from analytics_service.settings import SERVICE

app = make_celery(SERVICE)
