"""The Celery application of the analytics service: ``celery -A analytics_service.celery:app worker``."""

from analytics_service.settings import SERVICE
from common.conf.celery import make_celery

app = make_celery(SERVICE)
