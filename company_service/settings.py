"""Settings of the company service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="company", apps=("company_service.companies",))
globals().update(service_settings(SERVICE))
