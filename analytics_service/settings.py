"""Settings of the analytics service."""

from typing import Any

from celery.schedules import crontab

from common.conf import env
from common.conf.service import ROOT, Service, service_settings

SERVICE = Service(
    name="analytics",
    apps=("analytics_service.analytics",),
    reference=("company", "department", "user", "employee"),
    privacy="analytics_service.analytics.privacy.plan",
)
globals().update(service_settings(SERVICE))

# For how many days the file of a report can be downloaded.
REPORT_DAYS = env.number("REPORT_DAYS", 7)
REPORT_STORAGE_DIR = env.text("REPORT_STORAGE_DIR", str(ROOT / "var" / "reports"))
# Files that are being written; on the file system of the storage, so that keeping one moves it and copies nothing.
REPORT_SPOOL_DIR = env.text("REPORT_SPOOL_DIR", f"{REPORT_STORAGE_DIR}/unfinished")


def report_storage(kind: str) -> dict[str, Any]:
    """Where the files of reports are kept: ``filesystem`` or ``s3``."""
    if kind == "filesystem":
        return {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": REPORT_STORAGE_DIR, "file_permissions_mode": 0o600},
        }
    if kind != "s3":
        raise env.ConfigurationError(f"REPORT_STORAGE is filesystem or s3, not {kind!r}.")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env.required("S3_BUCKET"),
            "access_key": env.required("S3_ACCESS_KEY"),
            "secret_key": env.secret("S3_SECRET_KEY"),
            "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
            "region_name": env.text("S3_REGION", "") or None,
            "signature_version": "s3v4",
            "addressing_style": "path" if env.text("S3_ENDPOINT_URL", "") else None,
            "default_acl": None,
            # What is read is kept on disk beyond this, not in memory.
            "max_memory_size": 1024 * 1024,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "reports": report_storage(env.text("REPORT_STORAGE", "filesystem")),
}

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    # A run that no worker took in time is made up for by the next one.
    "write reports": {"task": "analytics.write_reports", "schedule": 2.0, "options": {"expires": 6}},
    "remove old reports": {"task": "analytics.expire_reports", "schedule": crontab(hour=3, minute=10)},
}
