"""Rows of a list on their way from PostgreSQL to JSON: the one way in which lists are read and written out.

Making model instances, then dictionaries, then text of fifty rows costs ten times what the query does, and JSON
built by PostgreSQL twice what the same columns do. So the columns go as they are into structures of msgspec,
which writes them.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

import msgspec
from django.db import connection
from django.db.models import (
    CharField,
    DateField,
    DateTimeField,
    F,
    Func,
    JSONField,
    Model,
    QuerySet,
    TextField,
    UUIDField,
)
from django.db.models.expressions import Col, Combinable
from rest_framework.renderers import JSONRenderer

from common.security.encryption.fields import EncryptedField

Fields = Mapping[str, str | Combinable]
_encode = msgspec.json.Encoder(decimal_format="number").encode
_ID_LENGTH = 36
_TIME = 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'


class Shown(msgspec.Struct):
    """What is shown of a row: its JSON has the values that say something under their names."""


class Read(NamedTuple):
    """A row that was read, and the values of the fields that were asked for beside."""

    shown: Shown
    beside: tuple[Any, ...]


class _Name(NamedTuple):
    """A name in the JSON of a row, the value that is left out, whether the value is JSON already, and its seal."""

    name: str
    nothing: str | None
    is_document: bool
    sealed: EncryptedField | None = None


class _Columns(NamedTuple):
    """Columns of SQL with their parameters, and what they are called."""

    sql: list[str]
    values: list[Any]
    names: list[_Name]


class Row:
    """What a row of a list shows: JSON names, with the model's field or the expression each comes from.

    A null is left out, as the contract has no nulls; so is an empty text, unless its name is ``required``.
    Times are ISO 8601 in UTC, decimals are numbers, sealed values are opened. Expressions may use columns of
    the row's own table and subqueries, not joins: the SQL is written once for each model and used for every
    request. What depends on who is asking comes by :meth:`also`.
    """

    def __init__(self, fields: Fields, *, required: Collection[str] = ()) -> None:
        wrong = [name for name in fields if not name.isidentifier()]
        if wrong:
            raise ValueError(f"{wrong} cannot be names in an answer.")
        self.fields, self._required = fields, required
        self._written: dict[type[Model], _Columns] = {}

    def also(self, fields: Fields) -> "Row":
        """The same row with more fields, whose SQL is written anew for each request."""
        return _LongerRow(self, fields)

    def read(self, queryset: QuerySet[Any, Any], *beside: str) -> list[Read]:
        """The rows of ``queryset`` in its order, each with its values of the fields ``beside``."""
        expression = self._expression(queryset.model)
        # Behind the others, which SQL may speak of by their places.
        found = list(queryset.values_list(*beside, expression))
        shape = _shape(tuple(expression.names))
        return [Read(shape.shown(row[len(beside) :]), row[: len(beside)]) for row in found]

    def _expression(self, model: type[Model]) -> "_RowColumns":
        return _RowColumns(self._of(model), {})

    def _of(self, model: type[Model]) -> _Columns:
        written = self._written.get(model)
        if written is None:
            query = model._base_manager.all().query
            compiler = query.get_compiler(connection=connection)
            sources = {name: _source(source) for name, source in self.fields.items()}
            resolved = {name: source.resolve_expression(query) for name, source in sources.items()}
            written = self._written[model] = _write(compiler, resolved, self._required)
        return written


class _LongerRow(Row):
    def __init__(self, shorter: Row, more: Fields) -> None:
        super().__init__(more)
        self._shorter = shorter

    def _expression(self, model: type[Model]) -> "_RowColumns":
        return _RowColumns(self._shorter._of(model), self.fields)


class _RowColumns(Func):
    """All columns of a row as if they were one: those written once, and ``more`` that is written with the query.

    To Django fifty expressions of a query are fifty things to resolve, copy and compile for each request.
    """

    output_field = TextField()

    def __init__(self, written: _Columns, more: Fields) -> None:
        super().__init__(*map(_source, more.values()))
        self._once, self._more = written, list(more)
        # Django compiles a copy of this expression; the list is the same one there.
        self.names: list[_Name] = []

    @cached_property
    def identity(self) -> tuple[Any, ...]:
        """Like no other expression; Django would take the constructor's arguments apart to say as much."""
        return (id(self),)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        """The columns, one behind the other."""
        more = _write(compiler, dict(zip(self._more, self.get_source_expressions(), strict=True)))
        self.names[:] = [*self._once.names, *more.names]
        return ", ".join(self._once.sql + more.sql), [*self._once.values, *more.values]


class _Shape:
    """The structure that the values of a row go into."""

    def __init__(self, names: Sequence[_Name]) -> None:
        self._documents = [place for place, name in enumerate(names) if name.is_document]
        self._sealed = [(place, name.sealed) for place, name in enumerate(names) if name.sealed]
        places = [f"_{place}" for place in range(len(names))]
        self._struct: Callable[..., Any] = msgspec.defstruct(
            "Row",
            [(place, Any, name.nothing) for place, name in zip(places, names, strict=True)],
            bases=(Shown,),
            omit_defaults=True,
            rename={place: name.name for place, name in zip(places, names, strict=True)},
        )

    def shown(self, values: Sequence[Any]) -> Shown:
        """What is shown of the row with these values."""
        if self._documents or self._sealed:
            values = list(values)
            for place in self._documents:
                if values[place] is not None:
                    values[place] = msgspec.Raw(values[place])
            for place, field in self._sealed:
                if values[place] is not None:
                    values[place] = _opened(field, values[place])
        shown: Shown = self._struct(*values)
        return shown


_shape = lru_cache(maxsize=256)(_Shape)


def _opened(field: EncryptedField, value: str) -> Any:
    """The plain value of a sealed one that came with its row's id before it."""
    sealed = value[_ID_LENGTH:]
    # An empty text says what it says to the model: nothing in a text, and an empty object in a document.
    return field.opened(sealed, value[:_ID_LENGTH]) if sealed else field.from_db_value("", None, connection)


def _source(source: str | Combinable) -> Any:
    return F(source) if isinstance(source, str) else source


def _write(compiler: Any, fields: Mapping[str, Any], required: Collection[str] = ()) -> _Columns:
    columns = _Columns([], [], [])
    for name, expression in fields.items():
        sql, values = compiler.compile(expression)
        kind = expression.output_field
        nothing = None
        sealed = kind if isinstance(kind, EncryptedField) else None
        if sealed is not None:
            # Opened in Python, for which the row's id is needed; nothing stays nothing.
            row_id, more = compiler.compile(F(sealed.row).resolve_expression(compiler.query))
            kept = name in required or isinstance(kind, JSONField)
            sql = f"({row_id})::text || " + (f"({sql})" if kept else f"nullif({sql}, '')")
            values = [*more, *values]
        elif isinstance(kind, DateTimeField):
            # Times of a connection are in UTC. PostgreSQL spells them, ids and days cheaper than Python does,
            # and its own way would drop a last 0 of the microseconds that single answers have.
            sql = f"replace(to_char({sql}, '{_TIME}'), '.000000', '')"
        elif isinstance(kind, (JSONField, UUIDField, DateField)):
            sql = f"({sql})::text"
        elif name not in required and isinstance(kind, (CharField, TextField)):
            nothing = ""
            if not (isinstance(expression, Col) and not expression.target.null):
                sql = f"coalesce({sql}, '')"
        columns.sql.append(sql)
        columns.values.extend(values)
        is_document = isinstance(kind, JSONField) and sealed is None
        columns.names.append(_Name(name, nothing, is_document, sealed))
    return columns


class ReadyJson:
    """An answer whose JSON is written already; made of whatever msgspec can write, such as :class:`Shown`."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.body = _encode(content)

    def read(self) -> Any:
        """What the JSON says."""
        return json.loads(self.body)


class ReadyJsonRenderer(JSONRenderer):
    """DRF's renderer, which also passes on what is JSON already; indented for people who ask for it."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """The answer's body."""
        if isinstance(data, ReadyJson):
            if not self.get_indent(accepted_media_type or "", dict(renderer_context or {})):
                return data.body
            data = data.read()
        body: bytes = super().render(data, accepted_media_type, renderer_context)
        return body


def ready_list(key: str, rows: Iterable[Shown], pagination: Mapping[str, Any]) -> ReadyJson:
    """The contract's list answer around rows."""
    return ReadyJson({"success": True, key: list(rows), "pagination": pagination})
