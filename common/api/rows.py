"""Rows of a list as JSON that PostgreSQL builds: the one way in which lists are read and written out.

Making model instances, then dictionaries, then text of fifty rows costs ten times what the query does. The
database writes the JSON of a row itself, and the text goes through to the client as it is.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import CharField, Expression, F, Func, JSONField, Model, TextField
from django.db.models.expressions import Combinable
from rest_framework.renderers import JSONRenderer

Fields = Mapping[str, str | Combinable]


class _Written(NamedTuple):
    """SQL with its parameters: the arguments of ``json_build_object``, and what is added behind it."""

    pairs: list[str]
    documents: list[str]
    values: list[Any]
    document_values: list[Any]


class Row:
    """What a row of a list shows: JSON names, with the model's field or the expression each comes from.

    A null is left out, as the contract has no nulls; so is an empty text, unless its name is ``required``.
    Times are ISO 8601 in UTC, decimals are numbers. Expressions may use columns of the row's own table and
    subqueries, not joins: the SQL is written once for each model and used for every request. What depends
    on who is asking comes by :meth:`also`.
    """

    def __init__(self, fields: Fields, *, required: Collection[str] = ()) -> None:
        wrong = [name for name in fields if not name.isidentifier()]
        if wrong:
            raise ValueError(f"{wrong} cannot be names in an answer.")
        self.fields, self._required = fields, required
        self._written: dict[type[Model], _Written] = {}

    def also(self, fields: Fields) -> "Row":
        """The same row with more fields, whose SQL is written anew for each request."""
        return _LongerRow(self, fields)

    def text(self, model: type[Model]) -> Expression:
        """The expression whose value is the row's JSON text."""
        return _RowText(self._of(model), {})

    def _of(self, model: type[Model]) -> _Written:
        written = self._written.get(model)
        if written is None:
            query = model._base_manager.all().query
            compiler = query.get_compiler(connection=connection)
            sources = {name: _expression(source) for name, source in self.fields.items()}
            resolved = {name: source.resolve_expression(query) for name, source in sources.items()}
            written = self._written[model] = _write(compiler, resolved, self._required)
        return written


class _LongerRow(Row):
    def __init__(self, shorter: Row, more: Fields) -> None:
        super().__init__(more)
        self._shorter = shorter

    def text(self, model: type[Model]) -> Expression:
        return _RowText(self._shorter._of(model), self.fields)


class _RowText(Func):
    """The JSON text of a row: what was written once, and ``more`` that is written with the query."""

    output_field = TextField()

    def __init__(self, written: _Written, more: Fields) -> None:
        super().__init__(*map(_expression, more.values()))
        self._once, self._names = written, list(more)

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **context: Any
    ) -> tuple[str, list[Any]]:
        """``json_build_object`` without its nulls, and behind it documents, whose own nulls stay."""
        more = _write(compiler, dict(zip(self._names, self.get_source_expressions(), strict=True)))
        once = self._once
        text = f"json_strip_nulls(json_build_object({', '.join(once.pairs + more.pairs)}))::text"
        documents = once.documents + more.documents
        if documents:
            text = " || ".join([f"left({text}, -1)", *documents, "'}'"])
        return text, [*once.values, *more.values, *once.document_values, *more.document_values]


def _expression(source: str | Combinable) -> Any:
    return F(source) if isinstance(source, str) else source


def _write(compiler: Any, fields: Mapping[str, Any], required: Collection[str] = ()) -> _Written:
    written = _Written([], [], [], [])
    for name, expression in fields.items():
        sql, values = compiler.compile(expression)
        if isinstance(expression.output_field, JSONField):
            written.documents.append(f"""coalesce(',"{name}":' || ({sql})::text, '')""")
            written.document_values.extend(values)
            continue
        if name not in required and isinstance(expression.output_field, (CharField, TextField)):
            sql = f"nullif({sql}, '')"
        written.pairs.append(f"'{name}', {sql}")
        written.values.extend(values)
    return written


class ReadyJson:
    """An answer whose JSON is written already."""

    def __init__(self, text: str) -> None:
        self.text = text

    def read(self) -> Any:
        """What the text says."""
        return json.loads(self.text)


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
                return data.text.encode()
            data = data.read()
        body: bytes = super().render(data, accepted_media_type, renderer_context)
        return body


def ready_list(key: str, rows: Sequence[str], pagination: Mapping[str, Any]) -> ReadyJson:
    """The contract's list answer around rows that are JSON texts."""
    where = json.dumps(pagination, separators=(",", ":"))
    return ReadyJson(f'{{"success":true,{json.dumps(key)}:[{",".join(rows)}],"pagination":{where}}}')
