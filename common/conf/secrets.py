"""Which secrets a service refuses to start with: guessable ones, and those that serve two purposes or two services.

No Django here: settings read it.
"""

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import msgspec
from jwt.utils import base64url_encode

LEAST_PASSWORD: Final = 16
LEAST_KEY: Final = 50
# Fewer different characters than any random text of that length has: a word repeated, or a key leant upon.
_LEAST_VARIETY: Final = 8
# What examples, tutorials and forms to be filled in say.
_PLACEHOLDERS: Final = (
    "changeme",
    "change-me",
    "change_me",
    "default",
    "django-insecure",
    "example",
    "insecure",
    "letmein",
    "placeholder",
    "replace-me",
    "replaceme",
    "your-secret",
    "yoursecret",
)
_WORDS: Final = ("password", "passphrase", "secret", "admin", "postgres", "redis", "hrms", "qwerty", "123456")


class SecretError(ValueError):
    """A secret that must not be used; the sentence says why, without the secret."""


def text_of(name: str, environment: Mapping[str, str]) -> str:
    """The secret in the variable ``name``, or in the file that NAME_FILE names; empty when neither is set."""
    value, file = environment.get(name, ""), environment.get(f"{name}_FILE", "")
    if not file:
        return value
    if value:
        raise SecretError(f"{name} and {name}_FILE are both set: which one counts would be a guess.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretError(f"The file {name}_FILE={file} cannot be read: {error}.") from None


def password_of(url: str) -> str:
    """The password in an address such as ``redis://user:password@host/0``; empty when there is none."""
    return unquote(urlsplit(url).password or "")


def refuse_weak(name: str, value: str, least: int) -> None:
    """Raises SecretError when somebody could guess ``value``, or would find it in an example."""
    small = value.lower()
    if any(word in small for word in _PLACEHOLDERS):
        raise SecretError(
            f"{name} is a placeholder from an example: make one with `openssl rand -base64 48`."
        )
    if len(value) < least:
        raise SecretError(f"{name} has {len(value)} characters: fewer than {least} can be guessed.")
    left = small
    for word in _WORDS:
        left = left.replace(word, "")
    if len(set(left)) < _LEAST_VARIETY:
        raise SecretError(f"{name} is made of a few characters or words only: it can be guessed.")


class Distinct:
    """Finds a secret that is used under two names; keeps none of them."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}

    def take(self, name: str, value: str) -> None:
        """Raises SecretError when ``value`` was taken under another name before."""
        first = self._names.setdefault(hashlib.sha256(value.encode()).digest(), name)
        if first != name:
            raise SecretError(
                f"{name} and {first} are the same secret: who learns one must not have the other."
            )


def refuse_shared_keys(service: str, key_file: str, keyring_file: str) -> None:
    """Raises SecretError unless the private key is the one that the keyring names ``service``, and its alone."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

    try:
        keys: list[dict[str, Any]] = msgspec.json.decode(Path(keyring_file).read_bytes())["keys"]
        public = load_pem_private_key(Path(key_file).read_bytes(), password=None).public_key()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise SecretError(f"SERVICE_KEY_FILE or SERVICE_KEYRING_FILE cannot be read: {error}.") from None
    distinct = Distinct()
    for key in keys:
        distinct.take(f"The key of {key['kid']} in SERVICE_KEYRING_FILE", key["x"])
    own = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    named = {key["kid"]: key["x"] for key in keys}
    if named.get(service) != base64url_encode(own).decode():
        raise SecretError(f"SERVICE_KEY_FILE is not the key that SERVICE_KEYRING_FILE knows as {service}'s.")


def fingerprint(secret: str | bytes) -> str:
    """What two services may compare to learn whether their secrets are the same one, and nothing else."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, b"hrms: do we share this?", hashlib.sha256).hexdigest()[:32]
