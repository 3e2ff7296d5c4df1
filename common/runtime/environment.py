"""The environment of a service's processes on this machine; .env.example says what each variable means."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from common.runtime.access_rules import SUPERUSER
from common.runtime.certificates import AUTHORITY, tls_folder
from common.runtime.credentials import Credentials, encryption_file, key_file, keyring_file
from common.runtime.layout import SERVICES
from common.runtime.ports import Ports
from common.runtime.provision import database_name, role_name
from common.runtime.redis_users import OPERATOR

Role = Literal["app", "owner", "reader", "backup", "superuser"]

# What a program needs of the machine; anything else the person has set could be meant for another system.
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "LD_LIBRARY_PATH")
# What the person who runs the system may set for all services at once.
_ADJUSTABLE: Final[Mapping[str, str]] = {
    "LOG_LEVEL": "WARNING",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    # The services listen on the loopback, where the gateway is the one proxy.
    "TRUSTED_PROXIES": "127.0.0.1,::1",
}
# A web process's many threads share this many connections; in other processes each thread keeps its own.
# Celery closes a worker's connection with every task; with a pool that costs nothing.
_POOL_SIZES: Final = {"web": "12", "worker": "2"}
_OPTIONAL: Final = (
    "BREACHED_PASSWORDS_FILE",
    "CLAMD_ADDRESS",
    "CLAMD_SECONDS",
    "CORS_ALLOWED_ORIGINS",
    "CSRF_TRUSTED_ORIGINS",
    "DEBUG",
    "DOCUMENT_LINK_SECONDS",
    "DOCUMENT_MAX_MB",
    "DOCUMENT_ORPHAN_HOURS",
    "DOCUMENT_STORAGE",
    "DOCUMENT_STORAGE_LIMIT_MB",
    "DOCUMENT_TRANSFERS",
    "EMAIL_PROVIDER",
    "EVENT_RETENTION_DAYS",
    "HIRE_WAITERS",
    "HIRE_WAIT_SECONDS",
    "LEGACY_REPORT_DIR",
    "MAIL_FROM",
    "MAIL_HOST",
    "MAIL_PASSWORD",
    "MAIL_PORT",
    "MAIL_TIMEOUT",
    "MAIL_TLS",
    "MAIL_USER",
    "METRICS_TOKEN",
    "NOTICE_EVENT_DAYS",
    "NOTICE_GIVE_UP_HOURS",
    "NOTICE_LANGUAGE",
    "NOTICE_RETENTION_DAYS",
    "PERSON_EXPORTS_PER_DAY",
    "PERSON_PACKAGE_DAYS",
    "PERSON_PACKAGE_MB",
    "PUSH_PROVIDER",
    "REPORT_DAYS",
    "REPORT_STORAGE",
    "RETENTION_DAYS",
    "S3_ACCESS_KEY",
    "S3_BUCKET",
    "S3_ENDPOINT_URL",
    "S3_REGION",
    "S3_SECRET_KEY",
    "SAGA_ANSWER_SECONDS",
    "SECOND_FACTOR_ROLES",
    "SIGN_IN_FAILURES_PER_ADDRESS",
    "SMS_PROVIDER",
    "TIME_ZONE",
)


@dataclass(frozen=True)
class Environments:
    """Builds environments from what one stack knows: its folder, ports and secrets."""

    root: Path
    ports: Ports
    credentials: Credentials
    kind: str

    def of(self, service: str, process: str) -> dict[str, str]:
        """Everything the service's web, worker, relay or a management command needs."""
        secrets = self.credentials.services[service]
        values = machine_environment()
        values |= {name: os.environ.get(name, default) for name, default in _ADJUSTABLE.items()}
        values |= {name: os.environ[name] for name in _OPTIONAL if name in os.environ}
        values |= {
            "SERVICE_ENV": self.kind,
            "DATABASE_URL": self.database_url(service, "app"),
            "REDIS_URL": self.redis_url(0, service),
            "CACHE_URL": self.redis_url(1, service),
            "SECRET_KEY": secrets.secret_key,
            "SERVICE_KEY_FILE": str(key_file(self.root, service)),
            "SERVICE_KEYRING_FILE": str(keyring_file(self.root)),
            "ENCRYPTION_KEYRING_FILE": str(encryption_file(self.root, service)),
            "PORT": str(self.ports.services[service]),
            "WAKE_ADDRESS": f"127.0.0.1:{self.ports.wake(service)}",
            "BEAT_SCHEDULE_FILE": str(self.root / "beat" / service),
        }
        values |= {f"{name.upper()}_URL": self.service_url(name) for name in SERVICES}
        values["PROCESS_NAME"] = f"{service}-{process}"
        if process in _POOL_SIZES:
            values["DATABASE_POOL_SIZE"] = os.environ.get("DATABASE_POOL_SIZE", _POOL_SIZES[process])
        if service == "document":
            # A stack's own: its nightly sweep removes what its database does not know.
            values["DOCUMENT_STORAGE_DIR"] = os.environ.get(
                "DOCUMENT_STORAGE_DIR", str(self.root / "documents")
            )
        if service == "employee":
            # Beside the stack's folder and not in it: neither a reset nor a restore takes it away.
            ledger = self.root.with_name(f"{self.root.name}-erasures.jsonl")
            values["ERASURE_LEDGER_FILE"] = os.environ.get("ERASURE_LEDGER_FILE", str(ledger))
        if service == "analytics":
            values["REPORT_STORAGE_DIR"] = os.environ.get("REPORT_STORAGE_DIR", str(self.root / "reports"))
        if service == "auth":
            values["PUBLIC_URL"] = os.environ.get("PUBLIC_URL", self.service_url("auth"))
            values["SIGNING_KEY_PASSPHRASE"] = self.credentials.signing_key_passphrase
        return values

    def service_url(self, service: str) -> str:
        """The base address of a service, without a slash at the end."""
        return f"http://127.0.0.1:{self.ports.services[service]}"

    def server_url(self) -> str:
        """PostgreSQL as its superuser; the name of a database is still to be put in, before the question mark."""
        login = f"{SUPERUSER}:{self.credentials.superuser_password}"
        return f"postgresql://{login}@127.0.0.1:{self.ports.postgres}{self._transport()}"

    def database_url(self, service: str, role: Role, database: str | None = None) -> str:
        """A service's database as one of its roles, or as the superuser."""
        name = database or database_name(service)
        if role == "superuser":
            login = f"{SUPERUSER}:{self.credentials.superuser_password}"
        else:
            password = getattr(self.credentials.services[service], f"{role}_password")
            login = f"{role_name(service, role)}:{password}"
        return f"postgresql://{login}@127.0.0.1:{self.ports.postgres}/{name}{self._transport()}"

    def _transport(self) -> str:
        authority = tls_folder(self.root) / AUTHORITY
        return f"?sslmode=verify-full&sslrootcert={authority}" if authority.exists() else ""

    def redis_url(self, database: int, service: str | None = None) -> str:
        """One of the Redis server's databases (0 is the broker, 1 the cache) as a service, or as the operator."""
        login = (
            f"{service}:{self.credentials.services[service].redis_password}"
            if service
            else f"{OPERATOR}:{self.credentials.redis_password}"
        )
        return f"redis://{login}@127.0.0.1:{self.ports.redis}/{database}"


def machine_environment() -> dict[str, str]:
    """What any program started here inherits."""
    values = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    values.setdefault("PATH", os.defpath)
    values.setdefault("LANG", "C.UTF-8")
    # A log line must be in the file when the process is killed right after it.
    values["PYTHONUNBUFFERED"] = "1"
    return values
