"""What must hold over the databases of a running system, looked up from outside by SQL as a superuser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

PARTICIPANTS = ("auth", "company", "employee")


class Databases:
    """One connection to the database of each participant of the hiring saga; ``dsn_of`` gives its address."""

    def __init__(self, dsn_of: Callable[[str], str]) -> None:
        self._dsn_of = dsn_of
        self._connections: dict[str, psycopg.Connection[Any]] = {}

    def rows(self, service: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query on one service's database; raises what psycopg raises when it does not answer."""
        return self._connection(service).execute(query, parameters).fetchall()

    def value(self, service: str, query: str, *parameters: Any) -> Any:
        """The first column of the first row; None without one."""
        found = self.rows(service, query, *parameters)
        return found[0][0] if found else None

    def change(self, service: str, statement: str, *parameters: Any) -> int:
        """Run a statement that returns no rows; returns how many it touched."""
        return int(self._connection(service).execute(statement, parameters).rowcount)

    def _connection(self, service: str) -> psycopg.Connection[Any]:
        connection = self._connections.get(service)
        if connection is None or connection.closed:
            connection = psycopg.connect(self._dsn_of(service), autocommit=True)
            self._connections[service] = connection
        return connection

    def close(self) -> None:
        """Close the connections; the next query opens its own again."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()


@contextmanager
def databases(dsn_of: Callable[[str], str]) -> Iterator[Databases]:
    """The three databases; ``dsn_of`` gives a superuser's address for a service."""
    found = Databases(dsn_of)
    try:
        yield found
    finally:
        found.close()


def violations(found: Databases) -> list[str]:
    """Sentences about everything that is wrong in a system that has come to rest; empty when all is well."""
    return [*_sagas(found), *_headcounts(found), *_effects(found), *_logs(found), *_cursors(found)]


def left_of(found: Databases, *, user_id: UUID, employee_id: UUID, saga_id: UUID, email: str) -> list[str]:
    """What exists of a hire in any of the three databases, beside the saga's own records."""
    looks = (
        ("auth", "SELECT 'user ' || id FROM users WHERE id = %s OR email = lower(%s)", (user_id, email)),
        ("auth", "SELECT 'membership ' || id FROM user_roles WHERE user_id = %s", (user_id,)),
        (
            "employee",
            "SELECT 'employee ' || id FROM employees WHERE id = %s OR email = %s",
            (employee_id, email),
        ),
        (
            "company",
            "SELECT 'headcount ' || sum(delta) FROM headcount_ledger WHERE saga_id = %s HAVING sum(delta) <> 0",
            (saga_id,),
        ),
    )
    return [row[0] for service, query, parameters in looks for row in found.rows(service, query, *parameters)]


def _sagas(found: Databases) -> Iterator[str]:
    """With a query for all sagas at once: hundreds of them are looked at after each fault."""
    users = dict(found.rows("auth", "SELECT id, is_active FROM users"))
    members = {row[0] for row in found.rows("auth", "SELECT user_id FROM user_roles")}
    staff = dict(found.rows("employee", "SELECT id, lifecycle FROM employees"))
    counted = dict(
        found.rows("company", "SELECT saga_id, sum(delta)::int FROM headcount_ledger GROUP BY saga_id")
    )
    query = (
        "SELECT id, state, (data->'employee'->>'user_id')::uuid, (data->'employee'->>'employee_id')::uuid,"
        " data->>'existing_user_id' FROM sagas ORDER BY created_at"
    )
    for saga_id, state, user_id, employee_id, existing in found.rows("employee", query):
        user, employee, heads = users.get(user_id), staff.get(employee_id), counted.get(saga_id, 0)
        if state in ("running", "compensating"):
            yield f"saga {saga_id} has not ended ({state})"
        elif state == "completed" and (user, employee in (None, "pending"), heads) != (True, False, 1):
            yield f"completed saga {saga_id}: account active {user}, record {employee}, counted {heads}"
        elif state == "compensated":
            made = not existing and (user is not None or user_id in members)
            if made or employee is not None or heads:
                yield f"compensated saga {saga_id} has left account {made}, record {employee}, counted {heads}"
    backwards = (
        "SELECT saga_id FROM (SELECT saga_id, min(id) FILTER (WHERE name = 'update_headcount') AS third,"
        " min(id) FILTER (WHERE name = 'create_employee') AS second,"
        " min(id) FILTER (WHERE name = 'create_user') AS first"
        " FROM saga_steps WHERE direction = 'undo' GROUP BY saga_id) u"
        " WHERE third > second OR second > first OR third > first"
    )
    for row in found.rows("employee", backwards):
        yield f"saga {row[0]} was not undone in reverse order"


def _headcounts(found: Databases) -> Iterator[str]:
    staff = dict(
        found.rows(
            "employee",
            "SELECT company_id, count(*)::int FROM employees WHERE lifecycle = 'current' GROUP BY company_id",
        )
    )
    ledger = dict(
        found.rows(
            "company",
            "SELECT company_id, sum(delta)::int FROM headcount_ledger GROUP BY company_id HAVING sum(delta) <> 0",
        )
    )
    for company in staff.keys() | ledger.keys():
        if staff.get(company, 0) != ledger.get(company, 0):
            yield f"company {company} has {staff.get(company, 0)} employees and a headcount of {ledger.get(company, 0)}"


def _effects(found: Databases) -> Iterator[str]:
    for service in PARTICIPANTS:
        for row in found.rows(
            service,
            "SELECT saga_id, step, direction, count(*) FROM saga_effects GROUP BY 1, 2, 3 HAVING count(*) > 1",
        ):
            yield f"{service}: {row[3]} effects of saga {row[0]} step {row[1]} ({row[2]})"
        for row in found.rows(
            service,
            "SELECT e.saga_id FROM saga_effects e JOIN saga_fences f USING (saga_id) WHERE e.fence > f.fence",
        ):
            yield f"{service}: an effect of saga {row[0]} has a fence nobody raised"
    backwards = (
        "SELECT DISTINCT saga_id FROM (SELECT saga_id, fence, lag(fence) OVER (PARTITION BY saga_id ORDER BY id) AS was"
        " FROM saga_steps WHERE status IN ('sent', 'done', 'refused', 'failed')) s WHERE fence <= was"
    )
    for row in found.rows("employee", backwards):
        yield f"the fence of saga {row[0]} went back"


def _logs(found: Databases) -> Iterator[str]:
    for service in PARTICIPANTS:
        head, count, lowest, highest = found.rows(
            service,
            "SELECT (SELECT position FROM feed_head), count(*), coalesce(min(position), 1), coalesce(max(position), 0)"
            " FROM event_log",
        )[0]
        waiting = found.value(service, "SELECT count(*) FROM event_log WHERE position IS NULL")
        if waiting or count != highest - lowest + 1 or highest != head:
            yield f"{service}: positions {lowest}..{highest}, {count} events, {waiting} unstamped, head {head}"
        inverted = found.value(
            service,
            "SELECT count(*) FROM (SELECT version, lag(version) OVER (PARTITION BY aggregate_id ORDER BY position)"
            " AS was FROM event_log WHERE version > 0) s WHERE version < was",
        )
        if inverted:
            yield f"{service}: {inverted} events stand before an earlier version of their aggregate"


def _cursors(found: Databases) -> Iterator[str]:
    heads = {service: found.value(service, "SELECT position FROM feed_head") for service in PARTICIPANTS}
    for service in PARTICIPANTS:
        for producer, position in found.rows(service, "SELECT producer, position FROM feed_cursors"):
            if producer in heads and position != heads[producer]:
                yield f"{service} has applied {producer} up to {position} of {heads[producer]}"
        for row in found.rows(
            service, "SELECT producer, type, error FROM parked_events WHERE state = 'parked'"
        ):
            yield f"{service}: parked {row[1]} of {row[0]}: {row[2]}"
