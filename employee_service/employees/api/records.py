"""What the addresses of an employee's records have in common."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db.models import Model

from common.api.rows import Row


def record_json(record: Model, row: Row) -> dict[str, Any]:
    """One record as ``row`` shows it in a list; only for rows that name fields."""
    values = {name: _spelled(getattr(record, str(field))) for name, field in row.fields.items()}
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _spelled(value: Any) -> Any:
    return float(value) if isinstance(value, Decimal) else value


def as_stored(body: Mapping[str, Any], row: Row) -> dict[str, Any]:
    """What a body says, by the names of the fields that ``row`` shows under the body's names."""
    return {str(row.fields[name]): value for name, value in body.items()}
