"""Settings of the company service."""

from common.conf.service import Service, service_settings

SERVICE = Service(name="company", apps=("company_service.companies",))
globals().update(service_settings(SERVICE))

# A round that waited longer than the next two is not worth doing any more.
BEAT_SCHEDULE = {"fold": {"task": "company.fold_headcount", "schedule": 2.0, "options": {"expires": 6}}}
