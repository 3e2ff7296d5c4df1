"""Settings of the employee service."""

from common.conf import env
from common.conf.service import Service, service_settings

SERVICE = Service(
    name="employee",
    apps=("employee_service.employees", "employee_service.person_requests"),
    reference=("company", "department", "user"),
    legacy="employee_service.employees.legacy.plan",
    privacy="employee_service.employees.privacy.plan",
)
globals().update(service_settings(SERVICE))

# How long POST /employees waits for its saga before it answers 202.
HIRE_WAIT_SECONDS = env.seconds("HIRE_WAIT_SECONDS", 8.0)
# How many requests of one web process may wait at once; the others are answered 202 without waiting.
# Fewer than the process has threads, so that some are left for everything else.
HIRE_WAITERS = env.number("HIRE_WAITERS", 64)

# How many people's data one person may ask for in a day, and for how many days they can be downloaded, once.
PERSON_EXPORTS_PER_DAY = env.number("PERSON_EXPORTS_PER_DAY", 50)
PERSON_PACKAGE_DAYS = env.number("PERSON_PACKAGE_DAYS", 7)
PERSON_PACKAGE_MB = env.number("PERSON_PACKAGE_MB", 500)
# Where erasures are noted so that a restored backup brings nobody back; empty: nowhere.
ERASURE_LEDGER_FILE = env.text("ERASURE_LEDGER_FILE", "")

BEAT_SCHEDULE = {
    "requests about personal data": {
        "task": "person_requests.advance",
        "schedule": 5.0,
        "options": {"expires": 5},
    },
    # A run that no worker took in time is made up for by the next one.
    "bulk hires": {"task": "employee.advance_bulk_hires", "schedule": 1.0, "options": {"expires": 3}},
}
