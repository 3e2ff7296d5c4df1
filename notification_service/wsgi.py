"""The WSGI application of the notification service."""

import os

from django.core.wsgi import get_wsgi_application

from common.security.own_role import require_run_time_role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")

application = get_wsgi_application()
require_run_time_role()
