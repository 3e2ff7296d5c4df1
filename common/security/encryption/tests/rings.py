"""Keyrings for tests."""

import json
from typing import Any

from common.security.encryption.keyring import Keyring, make_keyring, parse_keyring, with_new_key


def ring(service: str = "employee") -> dict[str, Any]:
    """A new keyring of a service with one key, ``k1``."""
    return make_keyring(service)


def with_keys(content: dict[str, Any], *, keep: bool = True) -> dict[str, Any]:
    """The keyring after one more change of the key; without ``keep``, the older ones are gone."""
    newer = with_new_key(content)
    if not keep:
        newer["keys"] = {newer["current"]: newer["keys"][newer["current"]]}
    return newer


def parsed(content: dict[str, Any]) -> Keyring:
    """The keyring as the settings hold it."""
    return parse_keyring(json.dumps(content), content["service"])
