"""Makes the passwords and keys of a system in containers: ``.venv/bin/python -m compose.prepare``.

Running it again keeps what is there. Everything lies in compose/secrets, readable by its owner only; that
is also the account the services run as, or 10001 when this is run by root.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Final

from common.conf.secrets import LEAST_PASSWORD, Distinct, SecretError, refuse_weak
from common.conf.service import PORTS
from common.runtime.access_rules import Login, access_rules
from common.runtime.certificate_making import ensure_certificates
from common.runtime.credentials import Credentials, ensure_keys, load_or_create
from common.runtime.files import write_private
from common.runtime.gateway.configuration import write_configuration
from common.runtime.gateway.options import choose_options
from common.runtime.layout import SERVICES
from common.runtime.provision import ROLES, app_role, database_name, owner_role, role_name
from common.runtime.redis_users import access_list
from compose.addresses import database_url, redis_url

HERE: Final = Path(__file__).resolve().parent
SERVICE_ACCOUNT: Final = 10001
GATEWAY_PORT: Final = 3000
_PUBLIC_HOSTS: Final = "PUBLIC_HOSTS"
# The operator's own.
_SETTINGS: Final = "settings.env"


def prepare(folder: Path) -> None:
    """Write what compose.yaml reads: secrets/, .env and settings.env beside it, and data/.

    The old application in front of which the gateway stands is LEGACY_URL of the environment, remembered.
    """
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
    credentials = load_or_create(secrets, SERVICES)
    _refuse_shared(credentials)
    ensure_keys(secrets, SERVICES)
    for name, values in _env_files(credentials).items():
        write_private(secrets / name, _lines(values))
    write_private(secrets / "redis-users.acl", access_list(credentials))
    _make_metrics_tokens(secrets)
    ensure_certificates(secrets, ["postgres"])
    ensure_certificates(secrets, ["redis"], "redis")
    hosts = _public_hosts(folder / ".env")
    authorities = _ensure_certificates_of_services(secrets, hosts)
    logins = [Login(database_name(name), tuple(role_name(name, role) for role in ROLES)) for name in SERVICES]
    # From the containers' own network.
    rules = access_rules(logins, tls=True, address="samenet", sockets=True)
    write_private(secrets / "pg_hba.conf", rules)
    data = [folder / "data" / name for name in (*SERVICES, "prometheus", "backups")]
    for each in data:
        each.mkdir(mode=0o700, parents=True, exist_ok=True)
    gateway = folder / "data" / "gateway"
    gateway.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_configuration(gateway, choose_options(gateway, _gateway_environment(authorities), folder), None)
    uid, gid = os.getuid() or SERVICE_ACCOUNT, os.getgid() or SERVICE_ACCOUNT
    if os.getuid() == 0:
        for path in [secrets, *secrets.rglob("*"), *data, gateway, *gateway.iterdir()]:
            os.chown(path, uid, gid)
    if not (folder / _SETTINGS).exists():
        write_private(folder / _SETTINGS, "")
    values = {"HRMS_UID": str(uid), "HRMS_GID": str(gid), _PUBLIC_HOSTS: ",".join(hosts)}
    write_private(folder / ".env", _lines(values))


def _env_files(credentials: Credentials) -> dict[str, dict[str, str]]:
    files = {
        "postgres.env": {"POSTGRES_PASSWORD": credentials.superuser_password},
    }
    for service in SERVICES:
        own = credentials.services[service]
        files[f"{service}.env"] = {
            "DATABASE_URL": database_url(service, app_role(service), own.app_password),
            "REDIS_URL": redis_url(service, own.redis_password, 0),
            "CACHE_URL": redis_url(service, own.redis_password, 1),
            "SECRET_KEY": own.secret_key,
        }
        files[f"{service}-owner.env"] = {
            "DATABASE_URL": database_url(service, owner_role(service), own.owner_password)
        }
    files["auth.env"]["SIGNING_KEY_PASSPHRASE"] = credentials.signing_key_passphrase
    return files


def _refuse_shared(credentials: Credentials) -> None:
    """Ends with a sentence when somebody has written a weak secret, or the same one twice, into secrets.json."""
    distinct = Distinct()
    try:
        for name, value in _named("secrets.json", asdict(credentials)):
            refuse_weak(name, value, LEAST_PASSWORD)
            distinct.take(name, value)
    except SecretError as error:
        raise SystemExit(f"hrms: {error}") from None


def _named(name: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
        return
    for key, part in value.items():
        yield from _named(f"{name} {key}", part)


def _make_metrics_tokens(secrets: Path) -> None:
    """With which Prometheus asks each service, and nobody else."""
    (secrets / "metrics").mkdir(mode=0o700, exist_ok=True)
    for service in SERVICES:
        file = secrets / "metrics" / service
        if not file.exists():
            write_private(file, token_urlsafe(32))


def _public_hosts(kept: Path) -> list[str]:
    """The names under which people reach the six ports: PUBLIC_HOSTS of the environment, remembered."""
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.exists() else []
    before = dict(line.split("=", 1) for line in lines).get(_PUBLIC_HOSTS, "localhost")
    return [host.strip() for host in os.environ.get(_PUBLIC_HOSTS, before).split(",") if host.strip()]


def _ensure_certificates_of_services(secrets: Path, hosts: Sequence[str]) -> Path:
    """One for each, by an authority of its own, so that none can be taken for another; the file of all of these."""
    made = []
    for service in SERVICES:
        web = f"{service}-web"
        made.append(ensure_certificates(secrets, [web, "127.0.0.1", *hosts], web))
    together = secrets / "services-ca.crt"
    write_private(together, "".join(each.authority.read_text(encoding="ascii") for each in made))
    return together


def _gateway_environment(authorities: Path) -> dict[str, str]:
    services = {f"{name.upper()}_URL": f"https://{name}-web:{port}" for name, port in PORTS.items()}
    own = {
        "GATEWAY_ADDRESS": "0.0.0.0",  # noqa: S104  # nosec B104 - of its container
        "GATEWAY_PORT": str(GATEWAY_PORT),
        "GATEWAY_SERVICES_CA": str(authorities),
    }
    said = {name: os.environ[name] for name in ("LEGACY_URL", "LEGACY_HEALTH") if name in os.environ}
    return {**services, **own, **said}


def _lines(values: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())


if __name__ == "__main__":
    prepare(HERE)
    sys.stdout.write(f"The secrets are in {HERE / 'secrets'}: keep a copy in a safe place, never in git.\n")
