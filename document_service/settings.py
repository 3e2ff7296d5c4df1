"""Settings of the document service."""

from typing import Any

from celery.schedules import crontab

from common.conf import env
from common.conf.service import ROOT, Service, service_settings

SERVICE = Service(
    name="document",
    apps=("document_service.documents",),
    reference=("company", "user", "employee"),
    legacy="document_service.documents.legacy.plan",
    privacy="document_service.documents.privacy.plan",
)
globals().update(service_settings(SERVICE))

# Three lists of one set of values: in the OpenAPI document they are one type.
globals()["SPECTACULAR_SETTINGS"]["ENUM_NAME_OVERRIDES"] = {
    "AudienceEnum": "document_service.documents.choices.Audience"
}

MEGABYTE = 1024 * 1024
# The largest file, and what a company may store where nothing else is said for it; in bytes.
DOCUMENT_MAX_BYTES = env.number("DOCUMENT_MAX_MB", 25) * MEGABYTE
DOCUMENT_STORAGE_LIMIT = env.number("DOCUMENT_STORAGE_LIMIT_MB", 10 * 1024) * MEGABYTE
# Files that a web process sends or receives at once; the rest of its threads is for everything else.
DOCUMENT_TRANSFERS = env.number("DOCUMENT_TRANSFERS", 6)
# host:port, or unix:/path, of a clamd; empty: files are not scanned.
CLAMD_ADDRESS = env.text("CLAMD_ADDRESS", "")
CLAMD_SECONDS = env.seconds("CLAMD_SECONDS", 20.0)
# How long a signed address of a file is good for.
LINK_SECONDS = env.number("DOCUMENT_LINK_SECONDS", 300)
# A file that no row knows and that is older than this was left behind by a process that died.
ORPHAN_HOURS = env.number("DOCUMENT_ORPHAN_HOURS", 24)

DOCUMENT_STORAGE_DIR = env.text("DOCUMENT_STORAGE_DIR", str(ROOT / "var" / "documents"))
# Files on their way in; on the file system of the storage, so that keeping one is a link and not a copy.
DOCUMENT_SPOOL_DIR = env.text("DOCUMENT_SPOOL_DIR", f"{DOCUMENT_STORAGE_DIR}/incoming")


def document_storage(kind: str) -> dict[str, Any]:
    """Where files are kept: ``filesystem`` or ``s3``."""
    if kind == "filesystem":
        return {
            "BACKEND": "document_service.documents.files.storage.FolderStorage",
            "OPTIONS": {"location": DOCUMENT_STORAGE_DIR},
        }
    if kind != "s3":
        raise env.ConfigurationError(f"DOCUMENT_STORAGE is filesystem or s3, not {kind!r}.")
    from botocore.config import Config  # nobody else pays for its import

    return {
        "BACKEND": "document_service.documents.files.bucket.BucketStorage",
        "OPTIONS": {
            "bucket_name": env.required("S3_BUCKET"),
            "access_key": env.required("S3_ACCESS_KEY"),
            "secret_key": env.secret("S3_SECRET_KEY"),
            "endpoint_url": env.text("S3_ENDPOINT_URL", "") or None,
            "region_name": env.text("S3_REGION", "") or None,
            # Silence is not waited for longer than a person would.
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path" if env.text("S3_ENDPOINT_URL", "") else "auto"},
                connect_timeout=5,
                read_timeout=30,
                retries={"mode": "standard", "total_max_attempts": 3},
            ),
            "default_acl": None,
            # A key names its bytes: writing it again changes nothing.
            "file_overwrite": True,
        },
    }


STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "documents": document_storage(env.text("DOCUMENT_STORAGE", "filesystem")),
}

FILE_UPLOAD_HANDLERS = ["document_service.documents.files.spool.SpoolHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 1

BEAT_SCHEDULE = {
    "count": {"task": "document.fold_counts", "schedule": 3.0, "options": {"expires": 9}},
    "scan": {"task": "document.scan_pending", "schedule": 30.0, "options": {"expires": 90}},
    "remove": {"task": "document.remove_unused_files", "schedule": 60.0, "options": {"expires": 180}},
    "sweep": {"task": "document.sweep_files", "schedule": crontab(hour=23, minute=30)},
    # More than once a day: a system that was down in the morning tells in the afternoon.
    "expiries": {"task": "document.announce_expiries", "schedule": crontab(hour="3,9,15,21", minute=5)},
}
