"""Reading many sealed values at once, for sums and reports."""

from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from common.security.encryption.fields import Sealed, encrypted_field

_CHUNK = 5_000


def opened_values(rows: QuerySet[Any, Any], name: str) -> Iterator[Any]:
    """The plain values of the sealed field ``name`` of ``rows``, those that have one, in no order.

    Raises KeyMissingError and SealBrokenError: a sum without one of its values would be wrong.
    """
    field = encrypted_field(rows.model, name)
    found = rows.order_by().exclude(**{f"{name}__isnull": True}).values_list(field.row, name)
    for row_id, value in found.iterator(_CHUNK):
        yield value.opened(field, row_id) if isinstance(value, Sealed) else value
