"""Sealing what tables held in plain before, for data migrations.

Such a migration comes in three: the first renames the plain fields and adds the sealed ones, the second (with
``atomic = False``) calls :func:`seal_existing`, the third removes the plain fields. Where there are few rows one
migration may do all of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from django.db.models import Model, Q

from common.security.encryption.fields import EncryptedField, encrypted_field
from common.security.encryption.marks import MarkField
from common.security.tenancy import all_companies

_BATCH: Final = 1_000
_REASON: Final = "sealing what was in plain"


def seal_existing(
    model: type[Model], connection: Any, fields: Mapping[str, str], *, batch: int = _BATCH
) -> int:
    """Move the values of plain fields into sealed ones, with their marks; returns how many rows had any.

    ``fields`` names for each plain field the sealed one that takes its values; the plain one is empty afterwards,
    NULL if it may be. The model is as the migration knows it. Each batch is a transaction of its own unless the
    migration is one: killed anywhere and run again it goes on with what is left. Raises RuntimeError when something
    is left at the end, which somebody wrote meanwhile.
    """
    count, after = 0, None
    rows = _held(model, fields).order_by("pk")
    while True:
        with all_companies(_REASON):
            waiting = rows if after is None else rows.filter(pk__gt=after)
            found = list(waiting.select_for_update()[:batch])
            if not found:
                break
            _move(model, connection, fields, found)
        count, after = count + len(found), found[-1].pk
    if left := count_plain(model, fields):
        raise RuntimeError(f"{left} rows of {model._meta.db_table} are not sealed; run the migration again.")
    return count


def count_plain(model: type[Model], fields: Mapping[str, str]) -> int:
    """How many rows still have a value in one of the plain fields."""
    with all_companies(_REASON):
        return int(_held(model, fields).count())


def _held(model: type[Model], fields: Mapping[str, str]) -> Any:
    held = Q()
    for plain in fields:
        held |= Q(**{f"{plain}__isnull": False}) if model._meta.get_field(plain).null else ~Q(**{plain: ""})
    return model._default_manager.filter(held)


def _move(model: type[Model], connection: Any, fields: Mapping[str, str], rows: Sequence[Any]) -> None:
    key = model._meta.pk
    arrays, parameters, names, changes = (
        [key.rel_db_type(connection)],
        [[row.pk for row in rows]],
        ["key"],
        [],
    )
    for plain, name in fields.items():
        field = encrypted_field(model, name)
        marks = [one for one in model._meta.concrete_fields if isinstance(one, MarkField) and one.of == name]
        kinds = {field.column: "text"} | {str(one.column): "uuid" for one in marks}
        values = zip(*_sealed(field, marks, plain, rows), strict=True)
        for (column, kind), found in zip(kinds.items(), values, strict=True):
            arrays.append(kind)
            parameters.append(list(found))
            names.append(f"v{len(names)}")
            changes.append(f'"{column}" = coalesce(x.{names[-1]}, t."{column}")')
        emptied = next(one for one in model._meta.concrete_fields if one.name == plain)
        changes.append(f'"{emptied.column}" = ' + ("NULL" if emptied.null else "''"))
    taken = ", ".join(f"%s::{kind}[]" for kind in arrays)
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{model._meta.db_table}" AS t SET {", ".join(changes)}'
            f' FROM unnest({taken}) AS x({", ".join(names)}) WHERE t."{key.column}" = x.key',
            parameters,
        )


def _sealed(
    field: EncryptedField, marks: Sequence[MarkField], plain: str, rows: Iterable[Any]
) -> Iterable[tuple[Any, ...]]:
    """The sealed value of each row with its marks; nothing for a row that has none, which keeps what it has."""
    for row in rows:
        value = getattr(row, plain)
        if value is None or (value == "" and not row._meta.get_field(plain).null):
            yield (None, *(None for _ in marks))
            continue
        row_id, company_id = field.row_id(row), getattr(row, "company_id", None)
        sealed = "" if value in ("", {}) else field.sealed(value, row_id)
        yield (sealed, *(one.mark_of(value, company_id, row_id) for one in marks))
