"""Lists in pieces: numbered pages with an exact total, or keyset cursors that cost the same everywhere."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import Field, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from common.api.rows import Row, ready_list

RowT = TypeVar("RowT")
Serialize = Callable[[RowT], Any] | type[serializers.BaseSerializer[Any]]


def paginate(
    queryset: QuerySet[Any, RowT],
    query: Mapping[str, Any],
    *,
    key: str,
    row: Row | None = None,
    serialize: Serialize[RowT] | None = None,
    ordering: Sequence[str] = ("-created_at",),
) -> Response:
    """One piece of ``queryset`` as the contract's list answer, with the rows under ``key``.

    ``query`` is what a ``ListQuery`` read; ``row`` says what a row shows, and PostgreSQL writes it.
    ``ordering`` names non-null fields of the rows, ``-`` first for descending; the primary key is added at
    the end, so that the order is total. With ``cursor`` nothing is counted. Raises ValidationError (422) for
    a cursor that is not ours.
    """
    keyset = Keyset(queryset, ordering)
    if row is not None:
        keyset.ordered = keyset.ordered.annotate(row_text=row.text(queryset.model)).values(
            "row_text", *keyset.names
        )
    limit: int = query["limit"]
    if "cursor" in query:
        rows, next_cursor = keyset.after(query["cursor"], limit)
        pagination: dict[str, Any] = {"limit": limit, "next_cursor": next_cursor}
    else:
        page: int = query.get("page", 1)
        total = queryset.count()
        rows = list(keyset.ordered[(page - 1) * limit : page * limit])
        more = page * limit < total and bool(rows)
        pagination = {
            "page": page,
            "limit": limit,
            "total": total,
            "pages": -(-total // limit),
            "next_cursor": keyset.cursor(rows[-1]) if more else None,
        }
    if row is not None:
        return Response(ready_list(key, [found["row_text"] for found in rows], pagination))
    assert serialize is not None  # noqa: S101
    return Response({"success": True, key: serialized(rows, serialize), "pagination": pagination})


def serialized(rows: Sequence[RowT], serialize: Serialize[RowT]) -> list[Any]:
    """The rows as JSON-able values."""
    if isinstance(serialize, type):
        return list(serialize(rows, many=True).data)
    return [serialize(row) for row in rows]


class Keyset:
    """A queryset in a total order, cut after a row instead of after a number of rows."""

    def __init__(self, queryset: QuerySet[Any, Any], ordering: Sequence[str]) -> None:
        pk = queryset.model._meta.pk.name
        last = f"-{pk}" if ordering and ordering[-1].startswith("-") else pk
        named = [name.lstrip("-") for name in ordering]
        self.ordering = tuple(ordering) if pk in named else (*ordering, last)
        self.ordered = queryset.order_by(*self.ordering)
        self.fields = [(name.lstrip("-"), name.startswith("-")) for name in self.ordering]
        self.names = [name for name, _descending in self.fields]

    def after(self, cursor: str, limit: int) -> tuple[list[Any], str | None]:
        """At most ``limit`` rows behind ``cursor`` (empty: all), and the cursor behind those."""
        rows = self.ordered.filter(self._behind(self._values(cursor))) if cursor else self.ordered
        found = list(rows[: limit + 1])
        return found[:limit], self.cursor(found[limit - 1]) if len(found) > limit else None

    def cursor(self, row: Any) -> str:
        """The opaque place behind ``row``."""
        values = [row[name] if isinstance(row, dict) else getattr(row, name) for name, _desc in self.fields]
        return self._signer.sign_object([_spelled(value) for value in values])

    @property
    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"cursor:{self.ordered.model._meta.label}:{','.join(self.ordering)}")

    def _values(self, cursor: str) -> list[Any]:
        try:
            texts = self._signer.unsign_object(cursor)
            return [
                self._field(name).to_python(text)
                for (name, _desc), text in zip(self.fields, texts, strict=True)
            ]
        except (signing.BadSignature, DjangoValidationError, ValueError, TypeError) as error:
            raise serializers.ValidationError(
                {"cursor": [_("This cursor does not belong to this list.")]}
            ) from error

    def _field(self, name: str) -> "Field[Any, Any]":
        field = self.ordered.model._meta.get_field(name)
        if not isinstance(field, Field):
            raise FieldDoesNotExist(name)
        return field

    def _behind(self, values: Sequence[Any]) -> Q:
        # a < x, or a = x and (b < y, or b = y and …); `a <= x` in front lets an index start at x.
        condition = Q()
        for (name, descending), value in reversed(list(zip(self.fields, values, strict=True))):
            beyond = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
            upto = Q(**{f"{name}__{'lte' if descending else 'gte'}": value})
            condition = upto & (beyond | condition) if condition else beyond
        return condition


def _spelled(value: Any) -> Any:
    if value is None:
        raise ValueError("A list is ordered by fields that are never empty.")
    return value if isinstance(value, (bool, int)) else str(value)
