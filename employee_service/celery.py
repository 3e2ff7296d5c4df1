"""The Celery application of the employee service: ``celery -A employee_service.celery:app worker``."""

from common.conf.celery import make_celery
from employee_service.settings import SERVICE

app = make_celery(SERVICE)
