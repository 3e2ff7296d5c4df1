"""The notification service's Celery application: ``celery -A notification_service.celery:app worker``."""

from common.conf.celery import make_celery
from notification_service.settings import SERVICE

app = make_celery(SERVICE)
