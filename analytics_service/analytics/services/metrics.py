"""Keeping the figures: a batch of events changes them by one statement, a rebuild begins from nothing.

The rows of one producer's events are written by one transaction at a time, because every batch, rebuild and
retry holds the lock of that producer's cursor. Nothing else writes them, so no two ever meet at a row.
"""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from analytics_service.analytics.counting import (
    Changes,
    employment_after,
    employment_changes,
    item_after,
    item_changes,
    item_id_of,
)
from analytics_service.analytics.models import CachedMetric, EmployeeItem, EmploymentFact
from common.messaging.consumers import Received

RowT = TypeVar("RowT", EmploymentFact, EmployeeItem)
_MERGE = """
MERGE INTO metrics_cache m
USING json_to_recordset(%s::json)
    AS x(company_id uuid, metric text, dimension text, member text, day date, change numeric)
ON m.company_id = x.company_id AND m.metric = x.metric AND m.dimension = x.dimension
    AND m.member = x.member AND m.day = x.day
WHEN MATCHED AND m.value + x.change = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET value = m.value + x.change, updated_at = now()
WHEN NOT MATCHED THEN INSERT (id, company_id, metric, dimension, member, day, value)
    VALUES (md5(concat_ws('/', x.company_id, x.metric, x.dimension, x.day, x.member))::uuid,
            x.company_id, x.metric, x.dimension, x.member, x.day, x.change)
"""
_FACT_TYPES = {
    "employee_id": "uuid", "company_id": "uuid", "is_counted": "boolean", "hire_date": "date",
    "known_on": "date", "last_day": "date", "ended_on": "date", "nationality": "text",
    "departments": "jsonb", "joined_on": "date", "left_on": "date",
}  # fmt: skip
_ITEM_TYPES = {
    "id": "uuid", "company_id": "uuid", "employee_id": "uuid", "kind": "text", "type": "text",
    "status": "text", "starts_on": "date", "ends_on": "date", "quantity": "numeric",
}  # fmt: skip


class People:
    """What is known of some employees, and what that adds to the figures."""

    def __init__(self, facts: Iterable[EmploymentFact] = (), items: Iterable[EmployeeItem] = ()) -> None:
        self.facts = {fact.employee_id: fact for fact in facts}
        self.items = {item.id: item for item in items}

    @classmethod
    def load(cls, employee_ids: Iterable[UUID]) -> "People":
        """Those with these ids."""
        ids = sorted(set(employee_ids))
        return cls(
            EmploymentFact.objects.filter(employee_id__in=ids),
            EmployeeItem.objects.filter(employee_id__in=ids),
        )

    def apply(self, received: Iterable[Received]) -> None:
        """Bring them to the state that the events tell."""
        for event, meta in received:
            item_id = item_id_of(event)
            if item_id is not None:
                _keep(self.items, item_id, item_after(event))
                continue
            day = timezone.localdate(meta.occurred_at, timezone.get_default_timezone())
            employee_id: UUID = event.employee_id  # type: ignore[attr-defined]
            _keep(self.facts, employee_id, employment_after(self.facts.get(employee_id), event, day))

    def changes(self) -> Changes:
        """What they add to the figures."""
        total: Changes = {}
        for fact in self.facts.values():
            changes_add(total, employment_changes(fact))
        for item in self.items.values():
            changes_add(total, item_changes(item, self.facts.get(item.employee_id)))
        return total


def metrics_count(received: Sequence[Received]) -> None:
    """Bring facts and figures to the state after these events, of any companies, with a few statements.

    An event that was counted before changes nothing. Raises ValueError for an amount that is none.
    """
    employee_ids: list[UUID] = [event.employee_id for event, _meta in received]  # type: ignore[attr-defined]
    people = People.load(employee_ids)
    known = {*people.facts, *people.items}
    changes: Changes = {}
    changes_add(changes, people.changes(), -1)
    people.apply(received)
    changes_add(changes, people.changes())
    told = {item_id_of(event) for event, _ in received}
    _delete(known - {*people.facts, *people.items})
    _upsert("employment_facts", _FACT_TYPES, people.facts.values())
    _upsert("employee_items", _ITEM_TYPES, [item for item in people.items.values() if item.id in told])
    metrics_change(changes)


def metrics_forget(aggregate_id: UUID | None) -> None:
    """Remove what was counted of one employee, leave or deduction, or all of it: a rebuild follows."""
    if aggregate_id is None:
        EmploymentFact.objects.all().delete()
        EmployeeItem.objects.all().delete()
        CachedMetric.objects.all().delete()
        return
    item = EmployeeItem.objects.filter(id=aggregate_id).first()
    people = People.load([item.employee_id if item is not None else aggregate_id])
    changes: Changes = {}
    changes_add(changes, people.changes(), -1)
    people.facts.pop(aggregate_id, None)
    people.items.pop(aggregate_id, None)
    changes_add(changes, people.changes())
    EmploymentFact.objects.filter(employee_id=aggregate_id).delete()
    EmployeeItem.objects.filter(id=aggregate_id).delete()
    metrics_change(changes)


def metrics_change(changes: Changes) -> None:
    """Add ``changes`` to metrics_cache with one statement; what becomes nothing has no row."""
    rows = [{**figure._asdict(), "change": change} for figure, change in changes.items() if change]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, [_json(rows)])


def facts_write(people: People) -> None:
    """Write all that is known of ``people``."""
    _upsert("employment_facts", _FACT_TYPES, people.facts.values())
    _upsert("employee_items", _ITEM_TYPES, people.items.values())


def changes_add(total: Changes, changes: Changes, times: int = 1) -> None:
    """Add ``changes`` to ``total``, ``times`` times."""
    for figure, change in changes.items():
        total[figure] = total.get(figure, Decimal()) + change * times


def _keep(rows: dict[UUID, RowT], row_id: UUID, row: RowT | None) -> None:
    """Keep ``row``, or nothing where it is gone or was never known."""
    if row is not None:
        rows[row_id] = row
    else:
        rows.pop(row_id, None)


def _delete(ids: Collection[UUID]) -> None:
    """Delete the employments, leaves and deductions with these ids."""
    if ids:
        EmploymentFact.objects.filter(employee_id__in=ids).delete()
        EmployeeItem.objects.filter(id__in=ids).delete()


def _upsert(table: str, types: dict[str, str], rows: Iterable[Model]) -> None:
    """Write rows with one statement; not through the ORM, which takes several times as long."""
    written = [{name: getattr(row, name) for name in types} for row in rows]
    if not written:
        return
    key, *others = types
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(types)}) SELECT {', '.join(types)}"
            f" FROM json_to_recordset(%s::json) AS x({', '.join(f'{name} {types[name]}' for name in types)})"
            f" ON CONFLICT ({key}) DO UPDATE SET {', '.join(f'{name} = EXCLUDED.{name}' for name in others)}",
            [_json(written)],
        )


def _json(rows: list[dict[str, Any]]) -> str:
    """Rows as one parameter: quoting thousands of values one by one takes longer than writing them."""
    return msgspec.json.encode(rows).decode()
