"""Settings of the company service."""

from typing import Any

from celery.schedules import crontab

from common.conf.service import Service, service_settings

SERVICE = Service(
    name="company",
    apps=("company_service.companies",),
    reference=("employee",),
    legacy="company_service.companies.legacy.plan",
    privacy="company_service.companies.privacy.plan",
)
globals().update(service_settings(SERVICE))

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A round that waited longer than the next two is not worth doing any more.
    "fold": {"task": "company.fold_headcount", "schedule": 2.0, "options": {"expires": 6}},
    # The first run of a day does the day's work and the others find none: no single hour off costs a day.
    "notices of licences": {
        "task": "company.announce_expiries",
        "schedule": crontab(minute=5),
        "options": {"expires": 3600},
    },
}
