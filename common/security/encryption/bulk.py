"""Sealing and marking many rows of a table: what is the same for all of them is looked up once.

What comes out is what the fields make of one value, character by character but for the nonces.
"""

import os
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hmac import digest
from typing import Any, Final
from uuid import UUID

from django.db import models

from common.security.encryption.cipher import MARK_BYTES, NONCE_BYTES, VERSION, keyring, mark_scope, place
from common.security.encryption.fields import encrypted_field
from common.security.encryption.marks import mark_field

_AT_A_TIME: Final = 1_000


class BulkSealer:
    """Seals ``names``, encrypted fields of ``model``; made anew for each batch, so that it has the current key."""

    def __init__(self, model: type[models.Model], names: Sequence[str]) -> None:
        keys = keyring()
        self._encrypt = keys.ciphers[keys.current].encrypt
        self._index = keys.index
        self._head = f"{VERSION}:{keys.current}:"
        self._nonces = _nonces()
        self._columns = []
        for name in names:
            field, mark = encrypted_field(model, name), mark_field(model, name)
            table, column = model._meta.db_table, field.stored_in
            self._columns.append(
                (
                    field.to_text,
                    place(keys, table, column),
                    mark_scope(keys, f"{table}.{column}"),
                    mark.searchable,
                )
            )

    def sealed(self, plains: Sequence[Any], company_id: UUID | None, row_id: UUID) -> list[str | None]:
        """For each value of a row in turn what is stored of it, and its mark, both as text.

        Raises DataError for a value that its field does not take.
        """
        row, company = str(row_id), str(company_id or "")
        found: list[str | None] = []
        for plain, (to_text, lies_at, scope, searchable) in zip(plains, self._columns, strict=True):
            if plain is None:
                found += (None, None)
            elif plain in ("", {}):
                found += ("", None)
            else:
                text = to_text(plain)
                nonce = next(self._nonces)
                sealed = nonce + self._encrypt(nonce, text.encode(), f"{lies_at}{row}".encode())
                marked = f"{scope}{company}|{'' if searchable else row}|{text}"
                found += (
                    self._head + b64encode(sealed).decode(),
                    digest(self._index, marked.encode(), "sha256")[:MARK_BYTES].hex(),
                )
        return found


def _nonces() -> Iterator[bytes]:
    """Random bytes that nobody has had before, asked of the system by the thousand."""
    while True:
        pool = os.urandom(NONCE_BYTES * _AT_A_TIME)
        for start in range(0, len(pool), NONCE_BYTES):
            yield pool[start : start + NONCE_BYTES]
