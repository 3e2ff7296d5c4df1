"""A stack's passwords and keys: made once, kept in files that only their owner can read."""

import base64
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from common.runtime.files import read_json, write_json, write_private

_FILE: Final = "secrets.json"
_KEYS: Final = "keys"


@dataclass(frozen=True)
class ServiceSecrets:
    """What belongs to one service: passwords of its database roles and its Redis user, Django's secret key."""

    owner_password: str
    app_password: str
    secret_key: str
    redis_password: str
    reader_password: str
    backup_password: str


@dataclass(frozen=True)
class Credentials:
    """Every secret of a stack."""

    superuser_password: str
    redis_password: str
    """Of Redis's operator; the services have users of their own."""
    signing_key_passphrase: str
    hr_admin_password: str
    services: dict[str, ServiceSecrets]


def load_or_create(root: Path, services: Iterable[str]) -> Credentials:
    """The stack's secrets; those that are missing are made and written down first."""
    record = read_json(root / _FILE)
    known = record.get("services", {})
    credentials = Credentials(
        superuser_password=record.get("superuser_password") or _password(),
        redis_password=record.get("redis_password") or _password(),
        signing_key_passphrase=record.get("signing_key_passphrase") or _password(),
        hr_admin_password=record.get("hr_admin_password") or _typed_password(),
        services=_known_services(known) | {name: _make() for name in services if name not in known},
    )
    if asdict(credentials) != record:
        write_json(root / _FILE, asdict(credentials))
    return credentials


def _known_services(record: dict[str, dict[str, str]]) -> dict[str, ServiceSecrets]:
    # What an older record lacks is made now.
    return {name: ServiceSecrets(**(asdict(_make()) | values)) for name, values in record.items()}


def key_file(root: Path, service: str) -> Path:
    """Where the service's private Ed25519 key lies (PEM, PKCS 8, not encrypted)."""
    return root / _KEYS / f"{service}.pem"


def keyring_file(root: Path) -> Path:
    """Where the public keys of all services lie (a JWK set; ``kid`` is the service's name)."""
    return root / _KEYS / "keyring.json"


def encryption_file(root: Path, service: str) -> Path:
    """Where the keys lie with which the service seals values (see common/security/encryption/keyring.py)."""
    return root / _KEYS / f"{service}-encryption.json"


def ensure_keys(root: Path, services: Iterable[str]) -> None:
    """Makes the keys of each service that has none, and the file of all public keys."""
    names = tuple(services)
    (root / _KEYS).mkdir(mode=0o700, exist_ok=True)
    for name in names:
        if not encryption_file(root, name).exists():
            _make_encryption_keyring(root, name)
    complete = all(key_file(root, name).exists() for name in names)
    published = {key.get("kid") for key in read_json(keyring_file(root)).get("keys", [])}
    if complete and published.issuperset(names):
        return
    write_json(keyring_file(root), {"keys": [_public_key(root, name) for name in names]})


def _make_encryption_keyring(root: Path, service: str) -> None:
    # Imported here because only the very first start needs it.
    from common.security.encryption.keyring import make_keyring

    write_json(encryption_file(root, service), make_keyring(service))


def _public_key(root: Path, service: str) -> dict[str, str]:
    # Imported here because only the very first start needs it.
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    file = key_file(root, service)
    if not file.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(file, pem.decode())
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": service, "x": x}


def _make() -> ServiceSecrets:
    return ServiceSecrets(
        owner_password=_password(),
        app_password=_password(),
        secret_key=secrets.token_urlsafe(48),
        redis_password=_password(),
        reader_password=_password(),
        backup_password=_password(),
    )


def _password() -> str:
    # Letters, digits, - and _ only: it stands in URLs and configuration files as it is.
    return secrets.token_urlsafe(24)


def _typed_password() -> str:
    """A password for a person: short enough to type, with the kinds of characters that policies ask for."""
    return f"Hr-{secrets.token_hex(5)}-{secrets.token_hex(3).upper()}7a"
