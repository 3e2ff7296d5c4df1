"""Which company's rows the current transaction may see; PostgreSQL's row-level security enforces it.

The scope lives in transaction-local settings, so it works through a pooler in transaction mode and
ends with the transaction. Outside every scope no tenant row is visible or writable.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from psycopg.pq import TransactionStatus


@dataclass(frozen=True)
class Scope:
    """What row-level security lets through: one company, every company, or one person's own rows."""

    company_id: UUID | None = None
    user_id: UUID | None = None
    all_companies: bool = False
    reason: str = ""


_current: ContextVar[Scope | None] = ContextVar("tenant_scope", default=None)


def current_scope() -> Scope | None:
    """The scope in force, or None: nothing is visible."""
    return _current.get()


_SETTINGS = (
    "select set_config('app.company_id', %s, true), set_config('app.user_id', %s, true),"
    " set_config('app.all_companies', %s, true)"
)


def _apply(scope: Scope | None) -> None:
    scope = scope or Scope()
    with connection.cursor() as cursor:
        cursor.execute(
            f"begin; {_SETTINGS}" if _begins() else _SETTINGS,
            [
                str(scope.company_id) if scope.company_id else "",
                str(scope.user_id) if scope.user_id else "",
                "on" if scope.all_companies else "",
            ],
        )


def _begins() -> bool:
    """Whether the transaction is still to begin: then it begins with the settings, in one round trip.

    psycopg would send its own BEGIN before the first statement and wait for the answer, unless it is told that
    there are no transactions; of the one that we begin it sees the state, and commits it or rolls it back.
    """
    raw = connection.connection
    if raw is None or raw.info.transaction_status != TransactionStatus.IDLE:
        return False
    raw.autocommit = True
    return True


def _failed() -> bool:
    return (
        connection.connection is None
        or connection.connection.info.transaction_status == TransactionStatus.INERROR
    )


@contextmanager
def _scoped(scope: Scope) -> Iterator[None]:
    outer = _current.get()
    joined = connection.in_atomic_block
    with transaction.atomic(savepoint=False):
        _apply(scope)
        token = _current.set(scope)
        try:
            yield
        finally:
            _current.reset(token)
            # Our own transaction takes its settings with it. One that failed accepts no more statements,
            # and rolling back restores them.
            if joined and not connection.needs_rollback and not _failed():
                _apply(outer)


@contextmanager
def company_scope(company_id: UUID) -> Iterator[None]:
    """Open a transaction (or join the open one) that sees and writes the rows of one company only."""
    with _scoped(Scope(company_id=company_id)):
        yield


@contextmanager
def person_scope(user_id: UUID, company_id: UUID | None = None) -> Iterator[None]:
    """Like :func:`company_scope`, and the person's own rows in tables that belong to people."""
    with _scoped(Scope(company_id=company_id, user_id=user_id)):
        yield


@contextmanager
def all_companies(reason: str) -> Iterator[None]:
    """Open a transaction that crosses companies; ``reason`` says who needs that and why.

    For the group's own staff, and for jobs that serve every company (relay, sequencer, sagas, imports).
    """
    if not reason:
        raise ValueError("Crossing companies needs a reason.")
    with _scoped(Scope(all_companies=True, reason=reason)):
        yield
