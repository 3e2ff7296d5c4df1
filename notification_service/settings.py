"""Settings of the notification service."""

from datetime import timedelta

from celery.schedules import crontab

from common.conf import env
from common.conf.service import Service, service_settings

SERVICE = Service(
    name="notification",
    apps=("notification_service.notifications",),
    reference=("company", "department", "user", "employee"),
    legacy="notification_service.notifications.legacy.plan",
    privacy="notification_service.notifications.privacy.plan",
)
globals().update(service_settings(SERVICE))

# The mail server, named as in the auth service.
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", "hr@localhost")
EMAIL_HOST = env.text("MAIL_HOST", "localhost")
EMAIL_PORT = env.number("MAIL_PORT", 25)
EMAIL_HOST_USER = env.text("MAIL_USER", "")
EMAIL_HOST_PASSWORD = env.optional_secret("MAIL_PASSWORD")
EMAIL_USE_TLS = env.text("MAIL_TLS", "") == "1"
EMAIL_TIMEOUT = env.seconds("MAIL_TIMEOUT", 10.0)
# A sender must have ended when its lease on the notices does.
EMAIL_SESSION_SECONDS = 120.0

# Who delivers: the dotted path of a class of notification_service/notifications/providers. Without a mail server
# notices are only written into the log, except in production, where that would lose them.
_PROVIDERS = "notification_service.notifications.providers"
_LOG = f"{_PROVIDERS}.log.LoggingProvider"
_SMTP = f"{_PROVIDERS}.smtp.SmtpProvider"
_has_mail_server = bool(env.text("MAIL_HOST", "")) or env.text("SERVICE_ENV", "production") == "production"
NOTICE_PROVIDERS = {
    "email": env.text("EMAIL_PROVIDER", _SMTP if _has_mail_server else _LOG),
    "sms": env.text("SMS_PROVIDER", _LOG),
    "push": env.text("PUSH_PROVIDER", _LOG),
}

# The language of people who have not chosen one.
NOTICE_LANGUAGE = env.text("NOTICE_LANGUAGE", "ar")
# A notice that could not be delivered is given up after so long.
NOTICE_GIVE_UP_AFTER = timedelta(hours=env.number("NOTICE_GIVE_UP_HOURS", 48))
# An event that is heard of later than this makes no notice any more: nobody wants last month's news.
NOTICE_EVENT_DAYS = env.number("NOTICE_EVENT_DAYS", 30)
# Staff may decide on another time; see the retention periods in the admin.
NOTICE_RETENTION_DAYS = env.number("NOTICE_RETENTION_DAYS", 90)

BEAT_SCHEDULE = {
    # A round that no worker took in time is made up for by the next one.
    "make notices": {"task": "notification.compose", "schedule": 2.0, "options": {"expires": 4}},
    "deliver notices": {"task": "notification.deliver", "schedule": 2.0, "options": {"expires": 4}},
    "follow the system's templates": {
        "task": "notification.sync_templates",
        "schedule": crontab(hour=1, minute=10),
    },
}
