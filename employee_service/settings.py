"""Settings of the employee service."""

from common.conf.service import Service, service_settings

SERVICE = Service(
    name="employee", apps=("employee_service.employees",), reference=("company", "department", "user")
)
globals().update(service_settings(SERVICE))
