"""Sealing what tables held in plain before: for migrations, in batches that may be killed and run again."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from django.db.models import Model, Q

from common.security.encryption.fields import encrypted_field
from common.security.encryption.marks import MarkField
from common.security.tenancy import all_companies

_BATCH: Final = 1_000


def seal_existing(model: type[Model], connection: Any, fields: Mapping[str, str]) -> int:
    """Move the values of plain columns into sealed fields; returns how many rows had any.

    ``fields`` names for each plain field, which must be nullable and is NULL afterwards, the sealed one that takes
    its values. The model, as a migration knows it, has a UUID as its key. Each batch is a transaction of its own
    unless the migration is one.
    """
    count, after = 0, None
    held = Q()
    for plain in fields:
        held |= Q(**{f"{plain}__isnull": False})
    rows = model._default_manager.filter(held).order_by("pk")
    while True:
        with all_companies("sealing what was in plain"):
            waiting = rows if after is None else rows.filter(pk__gt=after)
            batch = list(waiting.select_for_update()[:_BATCH])
            if not batch:
                return count
            for plain, name in fields.items():
                _move(model, connection, plain, name, batch)
        count, after = count + len(batch), batch[-1].pk


def _move(model: type[Model], connection: Any, plain: str, name: str, rows: Iterable[Any]) -> None:
    field = encrypted_field(model, name)
    emptied = next(one.column for one in model._meta.concrete_fields if one.name == plain)
    marks = [one for one in model._meta.concrete_fields if isinstance(one, MarkField) and one.of == name]
    found = []
    for row in rows:
        value = getattr(row, plain)
        if value is not None:
            row_id = field.row_id(row)
            sealed = "" if value in ("", {}) else field.sealed(value, row_id)
            company_id = getattr(row, "company_id", None)
            found.append((row.pk, sealed, *(one.mark_of(value, company_id, row_id) for one in marks)))
    if not found:
        return
    kinds = ["uuid", "text", *("uuid" for _ in marks)]
    columns = [field.column, *(one.column for one in marks)]
    changes = ", ".join(f'"{column}" = x.v{place}' for place, column in enumerate(columns))
    names = ", ".join(["id", *(f"v{place}" for place in range(len(columns)))])
    key = model._meta.pk
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS t SET {changes}, "{emptied}" = NULL'
            f" FROM unnest({', '.join(f'%s::{kind}[]' for kind in kinds)}) AS x({names})"
            f' WHERE t."{key.column}" = x.id',
            [list(values) for values in zip(*found, strict=True)],
        )
