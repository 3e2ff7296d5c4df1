"""Settings of the employee service."""

from common.conf import env
from common.conf.service import Service, service_settings

SERVICE = Service(
    name="employee",
    apps=("employee_service.employees",),
    reference=("company", "department", "user"),
    legacy="employee_service.employees.legacy.plan",
)
globals().update(service_settings(SERVICE))

# How long POST /employees waits for its saga before it answers 202.
HIRE_WAIT_SECONDS = env.seconds("HIRE_WAIT_SECONDS", 8.0)
# How many requests of one web process may wait at once; the others are answered 202 without waiting.
# Fewer than the process has threads, so that some are left for everything else.
HIRE_WAITERS = env.number("HIRE_WAITERS", 64)

BEAT_SCHEDULE = {
    # A run that no worker took in time is made up for by the next one.
    "bulk hires": {"task": "employee.advance_bulk_hires", "schedule": 1.0, "options": {"expires": 3}},
}
