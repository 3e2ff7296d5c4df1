"""Lists in pieces: numbered pages with an exact total, or keyset cursors that cost the same everywhere."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import BooleanField, F, Field, Func, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from common.api.rows import Read, Row, ready_list

Serialize = Callable[[Any], Any]


def paginate(
    queryset: QuerySet[Any, Any],
    query: Mapping[str, Any],
    *,
    key: str,
    row: Row | Serialize,
    ordering: Sequence[str] = ("-created_at",),
) -> Response:
    """One piece of ``queryset`` as the contract's list answer, with the rows under ``key``.

    ``query`` is what a ``ListQuery`` read; ``row`` says what a row shows. Where columns and expressions
    cannot say it (a sentence in the reader's language, say) a function that makes a model instance JSON-able will do.
    ``ordering`` names non-null fields of the rows, ``-`` first for descending; the primary key is added at
    the end, so that the order is total. With ``cursor`` nothing is counted. Raises ValidationError (422) for
    a cursor that is not ours.
    """
    keyset = Keyset(queryset, ordering)
    read = _Shown(keyset, row) if isinstance(row, Row) else _Serialized(keyset, row)
    limit: int = query["limit"]
    if "cursor" in query:
        found = read.rows(keyset.behind(query["cursor"])[: limit + 1])
        more, found = len(found) > limit, found[:limit]
        pagination: dict[str, Any] = {"limit": limit}
    else:
        page: int = query.get("page", 1)
        total = queryset.count()
        found = read.rows(keyset.page(page, limit))
        more = page * limit < total and bool(found)
        pagination = {"page": page, "limit": limit, "total": total, "pages": -(-total // limit)}
    pagination["next_cursor"] = keyset.cursor(read.place(found[-1])) if more else None
    return Response(read.answer(key, found, pagination))


class Keyset:
    """A queryset in a total order, cut after a row instead of after a number of rows."""

    def __init__(self, queryset: QuerySet[Any, Any], ordering: Sequence[str]) -> None:
        pk = queryset.model._meta.pk.name
        last = f"-{pk}" if ordering and ordering[-1].startswith("-") else pk
        named = [name.lstrip("-") for name in ordering]
        self.ordering = tuple(ordering) if pk in named else (*ordering, last)
        self.ordered = queryset.order_by(*self.ordering)
        self.fields = [(name.lstrip("-"), name.startswith("-")) for name in self.ordering]

    def page(self, number: int, limit: int) -> QuerySet[Any, Any]:
        """The rows of a numbered page."""
        piece = slice((number - 1) * limit, number * limit)
        if number == 1 or self.ordered.query.group_by is not None:
            return self.ordered[piece]
        # PostgreSQL would work out the columns of the rows that it skips, too; of these it reads the key only.
        return self.ordered.filter(pk__in=self.ordered.values("pk")[piece])

    @property
    def names(self) -> list[str]:
        """The fields whose values say where in the order a row is."""
        return [name for name, _descending in self.fields]

    def behind(self, cursor: str) -> QuerySet[Any, Any]:
        """The rows behind ``cursor`` (empty: all); raises ValidationError for one that is not ours."""
        return self.ordered.filter(self._behind(self._values(cursor))) if cursor else self.ordered

    def cursor(self, place: Sequence[Any]) -> str:
        """The opaque name of the place in the order that has these values."""
        return self._signer.sign_object([_spelled(value) for value in place])

    @property
    def _signer(self) -> signing.Signer:
        return _signer_of(f"cursor:{self.ordered.model._meta.label}:{','.join(self.ordering)}")

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

    def _behind(self, values: Sequence[Any]) -> "Q | _RowBehind":
        if len({descending for _name, descending in self.fields}) == 1:
            return _RowBehind([self._field(name) for name in self.names], values, self.fields[0][1])
        # a < x, or a = x and (b > y, or b = y and …); `a <= x` in front lets an index start at x.
        condition = Q()
        for (name, descending), value in reversed(list(zip(self.fields, values, strict=True))):
            beyond = Q(**{f"{name}__{'lt' if descending else 'gt'}": value})
            upto = Q(**{f"{name}__{'lte' if descending else 'gte'}": value})
            condition = upto & (beyond | condition) if condition else beyond
        return condition


class _RowBehind(Func):
    """Whether a row's values come behind others, compared as one: an index starts right there, also among ties."""

    output_field = BooleanField()

    def __init__(self, fields: Sequence["Field[Any, Any]"], values: Sequence[Any], descending: bool) -> None:
        places = [Value(value, output_field=field) for field, value in zip(fields, values, strict=True)]
        super().__init__(*[F(field.name) for field in fields], *places)
        self._sign = "<" if descending else ">"

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        """``(a, b) < (x, y)``."""
        written = [compiler.compile(expression) for expression in self.get_source_expressions()]
        columns = [sql for sql, _values in written]
        half = len(columns) // 2
        sql = f"({', '.join(columns[:half])}) {self._sign} ({', '.join(columns[half:])})"
        return sql, [value for _sql, values in written for value in values]


class _Shown:
    """Rows as a :class:`Row` shows them, each with its place in the order."""

    def __init__(self, keyset: Keyset, row: Row) -> None:
        self._row, self._names = row, keyset.names

    def rows(self, queryset: QuerySet[Any, Any]) -> list[Read]:
        return self._row.read(queryset, *self._names)

    @staticmethod
    def place(row: Read) -> Sequence[Any]:
        return row.beside

    @staticmethod
    def answer(key: str, rows: Sequence[Read], pagination: Mapping[str, Any]) -> Any:
        return ready_list(key, (row.shown for row in rows), pagination)


class _Serialized:
    """Rows as model instances."""

    def __init__(self, keyset: Keyset, serialize: Serialize) -> None:
        self._names, self._serialize = keyset.names, serialize

    def rows(self, queryset: QuerySet[Any, Any]) -> list[Any]:
        return list(queryset)

    def place(self, row: Any) -> Sequence[Any]:
        return [getattr(row, name) for name in self._names]

    def answer(self, key: str, rows: Sequence[Any], pagination: Mapping[str, Any]) -> Any:
        return {"success": True, key: [self._serialize(row) for row in rows], "pagination": pagination}


@lru_cache(maxsize=256)
def _signer_of(salt: str) -> signing.Signer:
    return signing.Signer(salt=salt)


def _spelled(value: Any) -> Any:
    if value is None:
        raise ValueError("A list is ordered by fields that are never empty.")
    return value if isinstance(value, (bool, int)) else str(value)
