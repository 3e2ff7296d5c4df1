"""A look into all six databases at once, past row-level security: to count, never to change."""

from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import psycopg

from common.runtime.layout import SERVICES

if TYPE_CHECKING:
    from common.runtime.blueprint import Blueprint

Row = tuple[Any, ...]


class Databases:
    """A superuser's connection to each service's database. Each query sees what is committed."""

    def __init__(self, stack: "Blueprint") -> None:
        self._connections = {
            name: psycopg.connect(stack.dsn(name, "superuser"), autocommit=True) for name in SERVICES
        }

    def __enter__(self) -> "Databases":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._connections.values():
            connection.close()

    def connection(self, service: str) -> psycopg.Connection:
        """The connection itself."""
        return self._connections[service]

    def rows(self, service: str, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """All rows of a query."""
        return self._connections[service].execute(query.encode(), parameters).fetchall()

    def value(self, service: str, query: str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row."""
        return self.rows(service, query, parameters)[0][0]
