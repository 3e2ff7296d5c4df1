"""Sealing of single values for storage: AES-256-GCM, bound to the place where the value lies.

A sealed value is ``v1:<key id>:<base64 of nonce, ciphertext and tag>``. Service, table, column and row are
authenticated with it, so that a value copied anywhere else does not open.
"""

import base64
import binascii
import hmac
import os
from typing import Final
from uuid import UUID

import structlog
from cryptography.exceptions import InvalidTag
from django.conf import settings

from common.security.encryption.errors import KeyMissingError, SealBrokenError
from common.security.encryption.keyring import Keyring, KeyringError, read_keyring

VERSION: Final = "v1"
NONCE_BYTES: Final = 12
MARK_BYTES: Final = 16

log = structlog.get_logger(__name__)


def keyring() -> Keyring:
    """The keys of this service."""
    ring: Keyring = settings.ENCRYPTION_KEYRING
    return ring


def seal(text: str, *, table: str, column: str, row_id: UUID) -> str:
    """``text`` sealed with the current key for one column of one row; different each time."""
    keys = keyring()
    nonce = os.urandom(NONCE_BYTES)
    sealed = keys.ciphers[keys.current].encrypt(nonce, text.encode(), _place(keys, table, column, row_id))
    return f"{VERSION}:{keys.current}:{base64.b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, *, table: str, column: str, row_id: UUID | str) -> str:
    """The text that was sealed for this place; raises KeyMissingError and SealBrokenError.

    ``row_id`` may be as PostgreSQL spells it: lists open many values, and have their ids as texts.
    """
    version, _, rest = sealed.partition(":")
    key_id, _, encoded = rest.partition(":")
    if version != VERSION or not encoded:
        raise SealBrokenError(table, column, row_id)
    keys = keyring()
    if key_id not in keys.ciphers:
        if not _read_again(key_id):
            raise KeyMissingError(table, column, row_id)
        keys = keyring()
    try:
        raw = binascii.a2b_base64(encoded, strict_mode=True)
        lies_at = _place(keys, table, column, row_id)
        return keys.ciphers[key_id].decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], lies_at).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise SealBrokenError(table, column, row_id) from None


def key_of(sealed: str) -> str:
    """The id of the key that a value was sealed with; empty when it is not a sealed value."""
    parts = sealed.split(":", 2)
    return parts[1] if len(parts) == 3 and parts[0] == VERSION else ""


def mark(text: str, *, column: str, company_id: UUID | None, row_id: UUID | None = None) -> UUID:
    """128 bits that stand for a value without telling it: equal values of a company's column have equal marks.

    With ``row_id`` the mark is the row's own: it says whether the value changed and nothing of other rows.
    It does not depend on the current key, so that a rotation leaves marks as they are.
    """
    keys = keyring()
    marked = f"{mark_scope(keys, column)}{company_id or ''}|{row_id or ''}|{text}"
    return UUID(bytes=hmac.digest(keys.index, marked.encode(), "sha256")[:MARK_BYTES])


def place(keys: Keyring, table: str, column: str) -> str:
    """What is authenticated with a value of a column, followed by the row's id."""
    return f"{keys.service}|{table}|{column}|"


def mark_scope(keys: Keyring, column: str) -> str:
    """What a mark of a column begins with, followed by company, row and value."""
    return f"{keys.service}|{column}|"


def _place(keys: Keyring, table: str, column: str, row_id: UUID | str) -> bytes:
    return f"{place(keys, table, column)}{row_id}".encode()


def _read_again(key_id: str) -> bool:
    """Whether the keyring, read again, has a key that another process of this service knows already."""
    try:
        fresh = read_keyring(keyring().service)
    except KeyringError as error:
        log.error("the keyring could not be read again", error=str(error))
        return False
    if key_id not in fresh.ciphers or fresh.index != keyring().index:
        return False
    settings.ENCRYPTION_KEYRING = fresh
    return True
