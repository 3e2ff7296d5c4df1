"""Settings of the auth service."""

from datetime import timedelta

from celery.schedules import crontab

from common.conf import env
from common.conf.service import Service, service_settings

SERVICE = Service(
    name="auth",
    apps=("auth_service.users",),
    owns_users=True,
    reference=("company",),
    legacy="auth_service.users.legacy.plan",
    privacy="auth_service.users.privacy.plan",
)
globals().update(service_settings(SERVICE))
SERVICE_ENV = env.text("SERVICE_ENV", "production")

# People's tokens: a short one that five services believe, and a session that only this one can renew.
ACCESS_TOKEN_LIFETIME = timedelta(minutes=15)
SESSION_LIFETIME = timedelta(days=30)
PASSWORD_RESET_LIFETIME = timedelta(hours=1)
INVITATION_LIFETIME = timedelta(days=3)
EMAIL_VERIFICATION_LIFETIME = timedelta(days=2)
SIGNING_KEY_PASSPHRASE = env.secret("SIGNING_KEY_PASSPHRASE")

# Failed sign-ins from one address in 15 minutes; an office has one address for all of its people.
SIGN_IN_FAILURES_PER_ADDRESS = env.number("SIGN_IN_FAILURES_PER_ADDRESS", 100)
# Roles that sign in with a second factor only; everybody else may have one.
SECOND_FACTOR_ROLES = env.words("SECOND_FACTOR_ROLES", "super_admin" if SERVICE_ENV == "production" else "")

# The first hasher is for new passwords, the second reads the ones the old system brought along.
PASSWORD_HASHERS = [
    "auth_service.users.hashers.Argon2Hasher",
    "auth_service.users.hashers.OldSystemHasher",
]
# argon2id with the smallest memory OWASP recommends, so that a flood of logins cannot exhaust the machine.
ARGON2_TIME_COST = 2
ARGON2_MEMORY_KIB = 19_456
ARGON2_PARALLELISM = 1
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "auth_service.users.password_rules.CommonCoreValidator"},
    {
        "NAME": "auth_service.users.password_rules.BreachedPasswordValidator",
        "OPTIONS": {"file": env.text("BREACHED_PASSWORDS_FILE", "")},
    },
]

# The addresses in mails come from here and never from a request's Host header.
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:3001").rstrip("/")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "hr@localhost")
# Mails carry tokens: only on a developer's own machine are they printed.
_PRINTED, _SENT = "django.core.mail.backends.console.EmailBackend", "common.security.smtp.BoundedEmailBackend"
EMAIL_BACKEND = _PRINTED if SERVICE_ENV == "development" else _SENT
EMAIL_HOST = env.text("MAIL_HOST", "localhost")
EMAIL_PORT = env.number("MAIL_PORT", 25)
EMAIL_HOST_USER = env.text("MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.optional_secret("MAIL_PASSWORD")
EMAIL_USE_TLS = env.text("MAIL_TLS", "") == "1"
EMAIL_TIMEOUT = 10
# The worker that waits for it does nothing else meanwhile.
EMAIL_SESSION_SECONDS = 15.0

BEAT_SCHEDULE = {
    # A run that no worker took in time is made up for by the next one.
    "send account mails": {"task": "users.send_account_mails", "schedule": 5.0, "options": {"expires": 5}},
    "purge what has expired": {"task": "users.purge_expired", "schedule": crontab(hour=2, minute=40)},
}
