"""Keys of six services, and the tokens that each of them would send."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from common.conf.service import PORTS, Service
from common.security.service_tokens import mint_service_token


@dataclass(frozen=True)
class ServiceKeys:
    """A folder with the six private keys and the ring of the public ones."""

    folder: Path

    def create(self) -> None:
        """Make new keys."""
        keys = {name: Ed25519PrivateKey.generate() for name in PORTS}
        for name, key in keys.items():
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self.private(name).write_bytes(pem)
        self.ring.write_text(json.dumps({"keys": [_public(name, key) for name, key in keys.items()]}))

    @property
    def ring(self) -> Path:
        return self.folder / "ring.json"

    def private(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def token(self, settings: Any, caller: str, audience: str) -> str:
        """What ``caller`` sends to ``audience``."""
        own, own_key = settings.SERVICE, settings.SERVICE_KEY_FILE
        settings.SERVICE = Service(name=caller, apps=())
        settings.SERVICE_KEY_FILE = str(self.private(caller))
        try:
            return mint_service_token(audience)
        finally:
            settings.SERVICE, settings.SERVICE_KEY_FILE = own, own_key


def _public(name: str, key: Ed25519PrivateKey) -> dict[str, str]:
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    x = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return {"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": name, "x": x}
