"""What must hold over the databases of a running system, looked up from outside by SQL as a superuser."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg

PARTICIPANTS = ("auth", "company", "employee")


class Databases:
    """One connection to the database of each participant of the hiring saga."""

    def __init__(self, connections: dict[str, psycopg.Connection[Any]]) -> None:
        self._connections = connections

    def rows(self, service: str, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """All rows of a query on one service's database."""
        return self._connections[service].execute(query, parameters).fetchall()

    def value(self, service: str, query: str, *parameters: Any) -> Any:
        """The first column of the first row; None without one."""
        found = self.rows(service, query, *parameters)
        return found[0][0] if found else None


@contextmanager
def databases(dsn_of: Callable[[str], str]) -> Iterator[Databases]:
    """Connect to the three databases; ``dsn_of`` gives a superuser's address for a service."""
    connections = {service: psycopg.connect(dsn_of(service), autocommit=True) for service in PARTICIPANTS}
    try:
        yield Databases(connections)
    finally:
        for connection in connections.values():
            connection.close()


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
    for saga_id, state, data in found.rows(
        "employee", "SELECT id, state, data FROM sagas ORDER BY created_at"
    ):
        person = data["employee"]
        user_id, employee_id = UUID(person["user_id"]), UUID(person["employee_id"])
        if state in ("running", "compensating"):
            yield f"saga {saga_id} has not ended ({state})"
        elif state == "completed":
            yield from _completed(found, saga_id, user_id, employee_id)
        elif state == "compensated" and not data.get("existing_user_id"):
            yield from _compensated(found, saga_id, user_id, employee_id)


def _completed(found: Databases, saga_id: UUID, user_id: UUID, employee_id: UUID) -> Iterator[str]:
    users = found.value("auth", "SELECT count(*) FROM users WHERE id = %s AND is_active", user_id)
    staff = found.value(
        "employee", "SELECT count(*) FROM employees WHERE id = %s AND lifecycle <> 'pending'", employee_id
    )
    counted = found.value(
        "company", "SELECT coalesce(sum(delta), 0) FROM headcount_ledger WHERE saga_id = %s", saga_id
    )
    if (users, staff, counted) != (1, 1, 1):
        yield f"completed saga {saga_id} has {users} active users, {staff} employees and counts {counted}"


def _compensated(found: Databases, saga_id: UUID, user_id: UUID, employee_id: UUID) -> Iterator[str]:
    left = left_of(found, user_id=user_id, employee_id=employee_id, saga_id=saga_id, email="")
    if left:
        yield f"compensated saga {saga_id} has left {', '.join(left)}"


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
