"""Settings for the type checker: every service's models in one project, and no secret needed.

Never served: mypy's Django plugin loads it to know each model's fields and managers.
"""

import json
import os

from common.security.encryption.keyring import make_keyring

# The reader of the environment insists on these; no value is used, nothing is connected to.
for _name, _value in {
    "SERVICE_ENV": "test",
    "SECRET_KEY": "typing",
    "DATABASE_URL": "postgresql://typing@127.0.0.1/typing",
    "REDIS_URL": "redis://127.0.0.1/0",
    "CACHE_URL": "redis://127.0.0.1/1",
    "SERVICE_KEY_FILE": os.devnull,
    "SERVICE_KEYRING_FILE": os.devnull,
    "ENCRYPTION_KEYRING": json.dumps(make_keyring("employee")),
    "SIGNING_KEY_PASSPHRASE": "typing",
}.items():
    os.environ.setdefault(_name, _value)

from importlib import import_module  # noqa: E402  (after the environment)

from common.conf.service import Service, service_settings  # noqa: E402

APPS = {
    "auth_service": "users",
    "company_service": "companies",
    "employee_service": "employees",
    "document_service": "documents",
    "notification_service": "notifications",
    "analytics_service": "analytics",
}
SERVICE = Service(
    name="employee",
    apps=(
        *(f"{package}.{app}" for package, app in APPS.items()),
        "employee_service.person_requests",
    ),
    reference=("company", "department", "user", "employee"),
)
globals().update(service_settings(SERVICE))

# What a service alone has.
for _package in APPS:
    os.environ["ENCRYPTION_KEYRING"] = json.dumps(make_keyring(_package.removesuffix("_service")))
    for _name, _value in vars(import_module(f"{_package}.settings")).items():
        if _name.isupper():
            globals().setdefault(_name, _value)

# Admin modules are checked like any other; loading them here would tie the checker to all of them at once.
INSTALLED_APPS: list[str] = [
    app.replace("common.staff.admin_app.StaffAdminConfig", "django.contrib.admin.apps.SimpleAdminConfig")
    for app in globals()["INSTALLED_APPS"]
]
