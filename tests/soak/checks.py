"""What must hold in a quiet system after any number of hires, whatever happened meanwhile.

A check looks into the databases and returns what it found wrong: an empty text when all is well.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.runtime.databases import Databases
from common.runtime.layout import SERVICES
from common.runtime.quiet import unfinished

Fault = str
# Of a log without an event, nothing has been read.
_UNREAD = (0, None)
PARTICIPANTS = {"create_user": "auth", "create_employee": "employee", "update_headcount": "company"}
_HIRES = """
SELECT id, state, (data->'employee'->>'user_id')::uuid, (data->'employee'->>'employee_id')::uuid FROM sagas
"""


@dataclass(frozen=True)
class Check:
    """A sentence that must be true and the function that looks whether it is."""

    sentence: str
    look: Callable[[Databases], Fault]


CHECKS: list[Check] = []


def check(sentence: str) -> Callable[[Callable[[Databases], Fault]], Callable[[Databases], Fault]]:
    """Adds the function to the checks."""

    def add(look: Callable[[Databases], Fault]) -> Callable[[Databases], Fault]:
        CHECKS.append(Check(sentence, look))
        return look

    return add


def some(what: str, found: Iterable[Any]) -> Fault:
    """A fault that names how many there are and the first three."""
    rows = [str(row[0]) if isinstance(row, tuple) and len(row) == 1 else str(row) for row in found]
    return f"{len(rows)} {what}: {', '.join(sorted(rows)[:3])}" if rows else ""


def first(faults: Iterable[Fault]) -> Fault:
    """All faults in one sentence."""
    return "; ".join(fault for fault in faults if fault)


@check("every saga has ended and nothing is on its way")
def _ended(databases: Databases) -> Fault:
    parked = databases.rows("employee", "SELECT id FROM sagas WHERE state = 'parked'")
    return first([unfinished(databases), some("sagas wait for an operator", parked)])


@check("a completed hire has one account, one record and one more in the ledger")
def _completed(databases: Databases) -> Fault:
    hires = [row for row in databases.rows("employee", _HIRES) if row[1] == "completed"]
    users = _ids(databases, "auth", "SELECT id FROM users WHERE is_active")
    employees = _ids(databases, "employee", "SELECT id FROM employees WHERE lifecycle = 'current'")
    counted = _counted(databases)
    return first(
        [
            some("without an active account", [saga for saga, _, user, _ in hires if user not in users]),
            some("without a current record", [saga for saga, _, _, one in hires if one not in employees]),
            some("not counted once", [saga for saga, *_ in hires if counted.get(saga) != (1, 1)]),
        ]
    )


@check("a compensated hire has left nothing in any of the three databases")
def _compensated(databases: Databases) -> Fault:
    hires = [row for row in databases.rows("employee", _HIRES) if row[1] == "compensated"]
    users = _ids(databases, "auth", "SELECT id FROM users UNION SELECT user_id FROM user_roles")
    employees = _ids(
        databases,
        "employee",
        "SELECT id FROM employees UNION SELECT employee_id FROM employee_search_terms"
        " UNION SELECT employee_id FROM relationships UNION SELECT employee_id FROM employee_profiles",
    )
    counted = _counted(databases)
    return first(
        [
            some("left an account", [saga for saga, _, user, _ in hires if user in users]),
            some("left a record", [saga for saga, _, _, one in hires if one in employees]),
            some("are still counted", [saga for saga, *_ in hires if counted.get(saga, (0, 0))[1] != 0]),
        ]
    )


def _ids(databases: Databases, service: str, query: str) -> set[UUID]:
    return {row[0] for row in databases.rows(service, query)}


def _counted(databases: Databases) -> dict[UUID, tuple[int, int]]:
    """By saga: how often it counted somebody in, and the sum of all it counted."""
    query = (
        "SELECT saga_id, count(*) FILTER (WHERE delta > 0), sum(delta) FROM headcount_ledger"
        " WHERE saga_id IS NOT NULL GROUP BY 1"
    )
    return {saga: (times, int(total)) for saga, times, total in databases.rows("company", query)}


def balance(databases: Databases) -> dict[str, dict[UUID, int]]:
    """People by company as each place counts them."""
    queries = {
        "accounts": (
            "auth",
            "SELECT company_id, count(*) FROM user_roles WHERE company_id IS NOT NULL GROUP BY 1",
        ),
        "employees": (
            "employee",
            "SELECT company_id, count(*) FROM employees WHERE lifecycle <> 'ended' GROUP BY 1",
        ),
        "ledger": (
            "company",
            "SELECT company_id, sum(delta)::int FROM headcount_ledger GROUP BY 1 HAVING sum(delta) <> 0",
        ),
        "totals": ("company", "SELECT company_id, total FROM headcount_totals WHERE total <> 0"),
    }
    return {name: dict(databases.rows(*query)) for name, query in queries.items()}


@check("accounts = employees = sum of the ledger = totals, company by company")
def _balance(databases: Databases) -> Fault:
    counts = balance(databases)
    companies = set().union(*counts.values())
    return some(
        "companies differ",
        [
            f"{company} {[each.get(company, 0) for each in counts.values()]}"
            for company in companies
            if len({each.get(company, 0) for each in counts.values()}) > 1
        ],
    )


@check("no orphans: whoever has an account is employed, whoever is employed has an account")
def _orphans(databases: Databases) -> Fault:
    staff = "SELECT user_id FROM user_roles WHERE company_id IS NULL"
    users = _ids(databases, "auth", f"SELECT id FROM users WHERE id NOT IN ({staff})")
    employed = _ids(databases, "employee", "SELECT user_id FROM employees WHERE lifecycle = 'current'")
    records = _ids(databases, "employee", "SELECT id FROM employees")
    terms = _ids(databases, "employee", "SELECT employee_id FROM employee_search_terms")
    counted = _ids(
        databases, "company", "SELECT employee_id FROM headcount_ledger GROUP BY 1 HAVING sum(delta) <> 0"
    )
    return first(
        [
            some("accounts of nobody", users - employed),
            some("employees without an account", employed - users),
            some("search terms of nobody", terms - records),
            some("counted without a record", counted - records),
        ]
    )


@check("no duplicates: addresses, people, and sagas of one request")
def _duplicates(databases: Databases) -> Fault:
    emails = databases.rows("auth", "SELECT lower(email) FROM users GROUP BY 1 HAVING count(*) > 1")
    people = databases.rows(
        "employee",
        "SELECT company_id, unnest(ARRAY[email, user_id::text]) FROM employees"
        " GROUP BY 1, 2 HAVING count(*) > 1",
    )
    twice = databases.rows(
        "employee",
        "SELECT data->'employee'->>'employee_id' FROM sagas GROUP BY 1 HAVING count(*) > 1"
        " UNION ALL SELECT saga_id::text FROM idempotency_keys WHERE saga_id IS NOT NULL"
        " GROUP BY 1 HAVING count(*) > 1",
    )
    return first(
        [some("addresses twice", emails), some("people twice", people), some("requests twice", twice)]
    )


@check("one effect for each saga, step and direction")
def _effects(databases: Databases) -> Fault:
    query = "SELECT saga_id, step, direction FROM saga_effects WHERE status = 'done'"
    done = Counter(row for name in set(PARTICIPANTS.values()) for row in databases.rows(name, query))
    states = {saga: state for saga, state, *_ in databases.rows("employee", _HIRES)}
    missing = [
        (str(saga), step)
        for saga, state in states.items()
        for step in PARTICIPANTS
        if state == "completed" and done[saga, step, "do"] != 1
    ]
    kept = [
        (str(saga), step)
        for (saga, step, direction) in done
        if direction == "do" and states.get(saga) == "compensated" and not done[saga, step, "undo"]
    ]
    return first(
        [
            some("effects twice", [key for key, count in done.items() if count > 1]),
            some("steps not done", missing),
            some("steps not undone", kept),
        ]
    )


@check("what was done for a saga goes back in reverse order")
def _reverse(databases: Databases) -> Fault:
    query = (
        "SELECT saga_id, array_agg(name ORDER BY first) FROM (SELECT saga_id, name, min(id) AS first"
        " FROM saga_steps WHERE direction = 'undo' GROUP BY 1, 2) AS undone GROUP BY 1"
    )
    backwards = list(reversed(PARTICIPANTS))
    rows = databases.rows("employee", query)
    return some(
        "sagas", [saga for saga, names in rows if names != [name for name in backwards if name in names]]
    )


@check("no effect is older than the fence its service has seen, no fence newer than its saga's")
def _fences(databases: Databases) -> Fault:
    newest: dict[UUID, int] = dict(databases.rows("employee", "SELECT id, fence FROM sagas"))
    faults = []
    for name in set(PARTICIPANTS.values()):
        seen: dict[UUID, int] = dict(databases.rows(name, "SELECT saga_id, fence FROM saga_fences"))
        faults.append(
            some(f"fences of {name} ahead", [s for s, fence in seen.items() if fence > newest.get(s, 0)])
        )
        effects = databases.rows(name, "SELECT saga_id, max(fence) FROM saga_effects GROUP BY 1")
        faults.append(some(f"effects in {name}", [s for s, fence in effects if fence > seen.get(s, 0)]))
    return first(faults)


@check("events have the positions 1 to head without a gap, each aggregate's versions in their order")
def _positions(databases: Databases) -> Fault:
    faults = []
    for name in SERVICES:
        head, lowest, highest, count, unstamped = databases.rows(
            name,
            "SELECT (SELECT position FROM feed_head), coalesce(min(position), 1), coalesce(max(position), 0),"
            " count(DISTINCT position), count(*) FILTER (WHERE position IS NULL) FROM event_log",
        )[0]
        if (lowest, highest, count, unstamped) != (1, head, head, 0):
            faults.append(
                f"{name}: head {head}, {count} positions from {lowest} to {highest}, {unstamped} without"
            )
        inverted = databases.rows(
            name,
            "SELECT aggregate_id FROM (SELECT aggregate_id, version - lag(version) OVER"
            " (PARTITION BY aggregate_id ORDER BY position) AS step FROM event_log) AS v WHERE step < 0",
        )
        faults.append(some(f"aggregates of {name} out of order", inverted))
    return first(faults)


@check("every subscriber has applied every event, in the producer's epoch")
def _cursors(databases: Databases) -> Fault:
    heads = {name: databases.rows(name, "SELECT position, epoch FROM feed_head")[0] for name in SERVICES}
    cursors = {
        (consumer, producer): (position, epoch)
        for consumer in SERVICES
        for producer, position, epoch in databases.rows(
            consumer, "SELECT producer, position, epoch FROM feed_cursors"
        )
    }
    subscribed = {
        (row[0], producer)
        for producer in SERVICES
        for row in databases.rows(producer, "SELECT name FROM feed_subscribers")
    }
    return first(
        [
            some("subscribers have no cursor", subscribed - cursors.keys()),
            some(
                "cursors elsewhere",
                [key for key, at in cursors.items() if at not in (heads[key[1]], _UNREAD)],
            ),
            "" if subscribed else "nobody follows anything",
        ]
    )


@check("no event is parked")
def _parked(databases: Databases) -> Fault:
    query = "SELECT type, error FROM parked_events WHERE state = 'parked'"
    return first(some(f"in {name}", databases.rows(name, query)) for name in SERVICES)


@check("each completed hire is told of once, no other is, and a deleted account's end is told")
def _told(databases: Databases) -> Fault:
    told = Counter(
        row[0]
        for row in databases.rows("employee", "SELECT saga_id FROM event_log WHERE type = 'employee.hired'")
    )
    states = {saga: state for saga, state, *_ in databases.rows("employee", _HIRES)}
    wrong = [saga for saga, state in states.items() if told[saga] != (state == "completed")]
    unended = databases.rows(
        "auth",
        "SELECT aggregate_id FROM event_log WHERE type = 'user.created'"
        " AND aggregate_id NOT IN (SELECT id FROM users)"
        " AND aggregate_id NOT IN (SELECT aggregate_id FROM event_log WHERE type = 'user.deleted')",
    )
    return first([some("told of wrongly", wrong), some("accounts vanished silently", unended)])
