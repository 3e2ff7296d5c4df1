"""Settings of the analytics service."""

from common.conf.service import Service, service_settings

SERVICE = Service(
    name="analytics",
    apps=("analytics_service.analytics",),
    reference=("company", "department", "user", "employee"),
)
globals().update(service_settings(SERVICE))
