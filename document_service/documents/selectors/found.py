"""Search: ranked documents, and the facets of all that was found, by one statement.

A word weighs by where it stands (title, then tags and file name, then description); what has all words is
found, and ranks by their sum. Each word is a range of the index of terms: see :class:`SearchTerm`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core import signing
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from common.search import prefix_range
from common.security.principal import Principal
from document_service.documents.exceptions import CursorNotOursError
from document_service.documents.models import Document
from document_service.documents.selectors.lists import narrowed
from document_service.documents.selectors.terms import MOST_WORDS, words
from document_service.documents.selectors.visibility import documents_visible_to

# What rows are put in order by, and how PostgreSQL reads it back from a cursor.
ORDERS = {
    "relevance": ("rank, created_at", ("int", "timestamptz")),
    "created_at": ("created_at", ("timestamptz",)),
    "updated_at": ("updated_at", ("timestamptz",)),
    "title": ("title", ("text",)),
    "file_size": ("file_size", ("bigint",)),
    "download_count": ("download_count", ("int",)),
    "view_count": ("view_count", ("int",)),
}
FACETS = ("id", "category", "tags")
MOST_FACETS = 50
# The last word may be the beginning of another one; as a whole word it is a little better.
WHOLE_WORD = 10

STATEMENT = """
WITH found AS MATERIALIZED (
    SELECT d.*, {rank} AS rank FROM ({documents}) AS d {hits}
)
SELECT
    {total},
    {categories},
    {tags},
    ARRAY(SELECT json_build_array(id, {keys}) FROM found {behind} ORDER BY {order} LIMIT %s OFFSET %s)
"""
TOTAL = "(SELECT count(*) FROM found)"
CATEGORIES = f"""(SELECT json_object_agg(category, n) FROM (
    SELECT category, count(*) AS n FROM found WHERE category <> '' GROUP BY 1
    ORDER BY 2 DESC, 1 LIMIT {MOST_FACETS}) AS c)"""
TAGS = f"""(SELECT json_object_agg(tag, n) FROM (
    SELECT tag, count(*) AS n FROM found, unnest(tags) AS tag GROUP BY 1
    ORDER BY 2 DESC, 1 LIMIT {MOST_FACETS}) AS t)"""


@dataclass(frozen=True)
class Found:
    """A piece of what was found. With a cursor behind the beginning nothing is counted: ``total`` is None."""

    ids: Sequence[UUID] = ()
    total: int | None = 0
    categories: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    next_cursor: str | None = None


def documents_found(person: Principal, query: Mapping[str, Any]) -> Found:
    """The documents ``person`` may read that have every word of ``q``, in the order and piece asked for.

    ``query``: q, category, tags, company_id, date_from and date_to (days of creation where the companies are,
    both included), sort_by, sort_order, limit, and page or cursor. Raises CursorNotOursError.
    """
    company_id = query.get("company_id") or person.company_id
    documents = narrowed(_created(documents_visible_to(person), query), query, company_id)
    if "company_id" in query:
        documents = documents.filter(company_id=query["company_id"])
    piece = _Piece(query)
    hits, weights, values = _hits(words(query.get("q", ""))[:MOST_WORDS], company_id)
    try:
        sql, parameters = documents.values(*FACETS, piece.column).query.sql_with_params()
    except EmptyResultSet:
        return Found()
    statement = STATEMENT.format(documents=sql, hits=hits, rank=weights, **piece.parts)
    with connection.cursor() as cursor:
        # Compiling a plan takes longer than running it; and what a broad word finds is not to go through files.
        cursor.execute("SET LOCAL jit = off; SET LOCAL work_mem = '32MB'")
        cursor.execute(statement, [*parameters, *values, *piece.values])
        total, categories, tags, rows = cursor.fetchone()
    return Found(
        ids=[UUID(row[0]) for row in rows[: piece.limit]],
        total=total,
        categories=categories or {},
        tags=tags or {},
        next_cursor=piece.cursor(rows[piece.limit - 1]) if len(rows) > piece.limit else None,
    )


class _Piece:
    """Which rows of the whole are wanted; one more is read, to know whether there are others."""

    def __init__(self, query: Mapping[str, Any]) -> None:
        self.limit: int = query["limit"]
        self._order = f"{query['sort_by']} {query['sort_order']}"
        self.column = "created_at" if query["sort_by"] == "relevance" else query["sort_by"]
        keys, types = ORDERS[query["sort_by"]]
        descending = query["sort_order"] == "desc"
        direction = " DESC" if descending else ""
        cursor = query.get("cursor", "")
        places = ", ".join(f"%s::{kind}" for kind in (*types, "uuid"))
        self.parts = {
            "keys": keys,
            "behind": f"WHERE ({keys}, id) {'<' if descending else '>'} ({places})" if cursor else "",
            "order": ", ".join(f"{key}{direction}" for key in (*keys.split(", "), "id")),
            "total": "NULL" if cursor else TOTAL,
            "categories": "NULL" if cursor else CATEGORIES,
            "tags": "NULL" if cursor else TAGS,
        }
        skipped = 0 if "cursor" in query else (query.get("page", 1) - 1) * self.limit
        self.values = [*(self._place(cursor, len(types) + 1) if cursor else ()), self.limit + 1, skipped]

    def cursor(self, row: Sequence[Any]) -> str:
        """The place behind a row as the statement gives it: its id, then what it is ordered by."""
        return self._signer.sign_object([*map(str, row[1:]), row[0]])

    def _place(self, cursor: str, length: int) -> list[str]:
        try:
            place = self._signer.unsign_object(cursor)
        except (signing.BadSignature, ValueError) as error:
            raise CursorNotOursError from error
        if not isinstance(place, list) or len(place) != length:
            raise CursorNotOursError
        return place

    @property
    def _signer(self) -> signing.Signer:
        return signing.Signer(salt=f"found: {self._order}")


def _hits(wanted: Sequence[str], company_id: UUID | None) -> tuple[str, str, list[Any]]:
    """The joins that leave what has every word, the sum of their weights, and the values in them."""
    joins, weights, values = [], ["0"], []
    scope = "" if company_id is None else "company_id = %s AND "
    for place, word in enumerate(wanted):
        last = place == len(wanted) - 1
        low, high = prefix_range(word)
        # A word stands once in a document; of those that begin with it the heaviest counts.
        condition = (
            "term ~>=~ %s AND term ~<~ %s" if last and high else "term ~>=~ %s" if last else "term = %s"
        )
        joins.append(
            f"JOIN (SELECT document_id, max(weight + CASE WHEN term = %s THEN {WHOLE_WORD} ELSE 0 END) AS weight"
            f" FROM document_terms WHERE {scope}{condition} GROUP BY 1) AS w{place} ON w{place}.document_id = d.id"
        )
        values += [word, *([company_id] if company_id else []), low, *([high] if last and high else [])]
        weights.append(f"w{place}.weight")
    return " ".join(joins), " + ".join(weights), values


def _created(documents: QuerySet[Document], query: Mapping[str, Any]) -> QuerySet[Document]:
    if "date_from" in query:
        documents = documents.filter(created_at__gte=_beginning(query["date_from"]))
    if query.get("date_to", date.max) < date.max:
        documents = documents.filter(created_at__lt=_beginning(query["date_to"] + timedelta(days=1)))
    return documents


def _beginning(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())
