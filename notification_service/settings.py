"""Settings of the notification service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="notification", apps=("notification_service.notifications",))
globals().update(service_settings(SERVICE))
