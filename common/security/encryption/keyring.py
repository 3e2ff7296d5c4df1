"""The keys that a service seals values with: read once, refused when they are weak or another service's.

A keyring is JSON: {"service": "employee", "current": "k2", "keys": {"k1": "<base64 of 32 bytes>", …},
"index": "<base64 of 32 bytes>"}. New values are sealed with the current key, older ones opened with theirs; the
index key makes the marks by which values are found, and never changes. No Django here: settings read it.
"""

import base64
import binascii
import json
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE_VARIABLE: Final = "ENCRYPTION_KEYRING_FILE"
TEXT_VARIABLE: Final = "ENCRYPTION_KEYRING"
_KEY_BYTES: Final = 32
# Fewer different bytes than any random key of 32 bytes will ever have: a default, or a word repeated.
_LEAST_VARIETY: Final = 16
_KEY_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")


class KeyringError(ValueError):
    """The keyring cannot be used; the sentence says why, without any key."""


@dataclass(frozen=True)
class Keyring:
    """A service's keys, ready for use; shows none of them when printed."""

    service: str
    current: str
    ciphers: Mapping[str, AESGCM] = field(repr=False)
    index: bytes = field(repr=False)


def make_key() -> str:
    """A new key as a keyring holds it."""
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()


def make_keyring(service: str) -> dict[str, Any]:
    """A new keyring with one key."""
    return {"service": service, "current": "k1", "keys": {"k1": make_key()}, "index": make_key()}


def with_new_key(keyring: Mapping[str, Any]) -> dict[str, Any]:
    """The same keyring with one more key, which is the current one from now on."""
    taken = set(keyring["keys"])
    name = next(f"k{number}" for number in range(1, len(taken) + 2) if f"k{number}" not in taken)
    return {**keyring, "current": name, "keys": {**keyring["keys"], name: make_key()}}


def read_keyring(service: str, environment: Mapping[str, str] | None = None) -> Keyring:
    """The keyring that the environment names; raises KeyringError when there is none that can be used."""
    values = os.environ if environment is None else environment
    if file := values.get(FILE_VARIABLE, ""):
        try:
            text = Path(file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise KeyringError(f"The keyring {FILE_VARIABLE}={file} cannot be read: {error}.") from None
        return parse_keyring(text, service)
    if text := values.get(TEXT_VARIABLE, ""):
        return parse_keyring(text, service)
    raise KeyringError(
        f"Neither {FILE_VARIABLE} nor {TEXT_VARIABLE} is set; see .env.example for what they mean."
    )


def parse_keyring(text: str, service: str) -> Keyring:
    """The keyring that ``text`` spells; raises KeyringError when it is damaged, weak or another service's."""
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    if not isinstance(content, dict) or set(content) != {"service", "current", "keys", "index"}:
        raise KeyringError(
            'The encryption keyring must be JSON with "service", "current", "keys" and "index".'
        )
    if content["service"] != service:
        raise KeyringError(
            f"The encryption keyring is of {content['service']!r} and not of {service!r}: each service has its own."
        )
    if not isinstance(content["keys"], dict) or content["current"] not in content["keys"]:
        raise KeyringError("The current key of the encryption keyring is not among its keys.")
    keys = {name: _key(name, value) for name, value in content["keys"].items()}
    index = _key("index", content["index"])
    if len({*keys.values(), index}) != len(keys) + 1:
        raise KeyringError("The encryption keyring has the same key twice: each must be its own.")
    return Keyring(service, content["current"], {name: AESGCM(key) for name, key in keys.items()}, index)


def _key(name: str, value: object) -> bytes:
    if not _KEY_ID.fullmatch(name):
        raise KeyringError("A key's name in the encryption keyring is up to 32 letters, digits, - and _.")
    try:
        key = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeyringError(f"The key {name!r} of the encryption keyring is not {_KEY_BYTES} bytes in base64.")
    if len(set(key)) < _LEAST_VARIETY:
        raise KeyringError(f"The key {name!r} of the encryption keyring is not random: make a new one.")
    return key
