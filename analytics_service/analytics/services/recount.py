"""Working the figures out anew from the stored events, to check what was kept, or to replace it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import connection, transaction

from analytics_service.analytics.choices import Producer
from analytics_service.analytics.counting import EMPLOYMENT_EVENTS, ITEM_EVENTS, Changes, Figure
from analytics_service.analytics.models import CachedMetric, EmployeeItem, EmploymentFact
from analytics_service.analytics.services.metrics import (
    People,
    changes_add,
    facts_write,
    metrics_change,
    metrics_forget,
)
from common.contracts.base import catalogue, from_wire, wire_name
from common.messaging.models import Cursor
from common.security.tenancy import all_companies

CHUNK = 1_000
_COUNTED = sorted(wire_name(cls) for cls in (*EMPLOYMENT_EVENTS, *ITEM_EVENTS))
_TOLD = (
    "SELECT payload->>'employee_id' AS employee, type, occurred_at, payload FROM analytics_events"
    " WHERE producer = %s AND type = ANY(%s) ORDER BY employee, received_at, position"
)


class Deviation(NamedTuple):
    """A figure that is kept otherwise than the stored events say."""

    figure: Figure
    kept: Decimal
    counted: Decimal


@dataclass
class Recount:
    """What a recount found; ``unreadable`` events do not have the shape of their type, and are left out."""

    events: int = 0
    unreadable: int = 0
    figures: int = 0
    wrong_facts: int = 0
    deviations: list[Deviation] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """Whether everything is kept as the events say."""
        return not (self.deviations or self.wrong_facts or self.unreadable)


class _Meta(NamedTuple):
    """All that counting needs to know about an event beside its fields."""

    occurred_at: datetime


def metrics_recount(*, apply: bool = False) -> Recount:
    """Count every stored event anew and compare; with ``apply``, keep what was counted instead.

    In the order in which the events were applied here. Consumers wait meanwhile, readers do not. Memory is
    bounded by the number of figures, not of events.
    """
    with transaction.atomic(), all_companies("recount"):
        Cursor.objects.select_for_update().filter(producer=Producer.EMPLOYEE).first()
        recount = Recount()
        counted: Changes = {}
        before = _kept()
        seen = 0
        people_before = EmploymentFact.objects.count() + EmployeeItem.objects.count()
        if apply:
            metrics_forget(None)
        for people in _people(recount):
            seen += len(people.facts) + len(people.items)
            changes_add(counted, people.changes())
            if apply:
                facts_write(people)
            else:
                recount.wrong_facts += _wrong(people)
        if apply:
            metrics_change(counted)
        else:
            recount.wrong_facts += max(0, people_before - seen)
        recount.deviations = _deviations(before, counted)
        recount.figures = len(before)
    return recount


def _kept() -> Changes:
    columns = ("company_id", "metric", "dimension", "member", "day", "value")
    rows = CachedMetric.objects.values_list(*columns)
    return {Figure(*row[:5]): row[5] for row in rows.iterator()}


def _deviations(kept: Changes, counted: Changes) -> list[Deviation]:
    found = [
        Deviation(figure, kept.get(figure, Decimal()), counted.get(figure, Decimal()))
        for figure in kept.keys() | counted.keys()
    ]
    return sorted(item for item in found if item.kept != item.counted)


def _people(recount: Recount) -> Iterator[People]:
    """Some employees at a time, with all that was told of each."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(_TOLD, [Producer.EMPLOYEE.value, _COUNTED])
        groups = groupby(_rows(cursor), key=lambda row: row[0])
        people = People()
        for place, (_employee, rows) in enumerate(groups, 1):
            received = list(_received(rows, recount))
            people.apply(received)
            recount.events += len(received)
            if place % CHUNK == 0:
                yield people
                people = People()
        yield people


def _received(rows: Iterable[tuple[str, str, datetime, str]], recount: Recount) -> Iterator[Any]:
    for _employee, name, occurred_at, payload in rows:
        try:
            event = from_wire(catalogue()[name], msgspec.json.decode(payload))
        except msgspec.ValidationError:
            recount.unreadable += 1
        else:
            yield event, _Meta(occurred_at)


def _rows(cursor: Any) -> Iterator[tuple[str, str, datetime, str]]:
    while rows := cursor.fetchmany(CHUNK):
        yield from rows


def _wrong(people: People) -> int:
    """How many facts about these people are kept otherwise."""
    ids = {*people.facts, *(item.employee_id for item in people.items.values())}
    kept = People.load(ids)
    return _different(kept.facts, people.facts) + _different(kept.items, people.items)


def _different(kept: dict[UUID, Any], counted: dict[UUID, Any]) -> int:
    return sum(
        key not in kept or key not in counted or _values(kept[key]) != _values(counted[key])
        for key in kept.keys() | counted.keys()
    )


def _values(row: EmploymentFact | EmployeeItem) -> list[Any]:
    return [getattr(row, column.attname) for column in row._meta.concrete_fields]
