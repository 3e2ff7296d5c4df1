"""What runs daily in every service, whatever it is about; plain data, read by the settings."""

from typing import Any

from celery.schedules import crontab

COMMON_BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "forget idempotency keys": {"task": "api.purge_idempotency_keys", "schedule": crontab(hour=2, minute=10)},
    "forget revocations": {"task": "security.purge_revocations", "schedule": crontab(hour=2, minute=20)},
    "prune events": {"task": "messaging.prune_events", "schedule": crontab(hour=2, minute=40)},
    "forget browser sessions": {
        "task": "security.clear_browser_sessions",
        "schedule": crontab(hour=2, minute=30),
    },
    "retention": {"task": "privacy.retention", "schedule": crontab(hour=3, minute=5)},
}
