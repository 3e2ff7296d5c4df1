"""What stands in reports: for each kind its headings, its query, and how a row of the query is shown.

The queries run in the scope of the report's company, and name the company as well, for the indexes. They are
ordered by an index, so that the first rows come at once and nothing is sorted.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import GroupBy, ItemKind, ReportKind
from analytics_service.analytics.counting import APPROVED, CANCELLED, department_among
from analytics_service.analytics.figures import Period
from analytics_service.analytics.selectors.metrics import Cut, item_type_names, movements
from common.reference.models import CompanyRef, DepartmentRef
from common.reference.selectors import name_for_reader

CHUNK = 2_000
Row = Sequence[Any]


@dataclass(frozen=True)
class Asked:
    """What a report is asked for: the company (None: all), and the kind's own parameters."""

    company_id: UUID | None
    parameters: Mapping[str, Any]

    def day(self, name: str) -> date:
        """The parameter ``name`` as a day."""
        return date.fromisoformat(self.parameters[name])


@dataclass(frozen=True)
class Names:
    """Names in the reader's language; there are far fewer than rows."""

    companies: Mapping[UUID, str]
    departments: Mapping[str, str]
    types: Mapping[str, str]

    @classmethod
    def load(cls) -> "Names":
        """Those that the scope shows."""
        companies = CompanyRef.objects.annotate(label=name_for_reader()).values_list("company_id", "label")
        departments = DepartmentRef.objects.annotate(label=name_for_reader())
        found = departments.values_list("department_id", "label")
        return cls(dict(companies), {str(key): name for key, name in found}, item_type_names())


def report_rows(kind: str, asked: Asked) -> Iterator[list[Row]]:
    """The rows of a report, some at a time; in the scope and the language of its reader."""
    if kind == ReportKind.TURNOVER:
        yield list(_turnover(asked))
        return
    source = SOURCES[kind]
    condition, values = source.condition(asked)
    if asked.company_id is not None:
        condition, values = f"{source.table}.company_id = %s AND {condition}", [asked.company_id, *values]
    names = Names.load()
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"{source.query} WHERE {condition} ORDER BY {source.order(asked)}", values)
        while rows := cursor.fetchmany(CHUNK):
            yield [source.shown(row, names, asked) for row in rows]


def report_headings(kind: str) -> list[str]:
    """The headings in the reader's language."""
    headings = TURNOVER_HEADINGS if kind == ReportKind.TURNOVER else SOURCES[kind].headings
    return [str(heading) for heading in headings]


@dataclass(frozen=True)
class Source:
    """Where rows come from."""

    table: str
    query: str
    headings: Sequence[str | Promise]
    condition: Callable[[Asked], tuple[str, list[Any]]]
    shown: Callable[[Sequence[Any], Names, Asked], Row]
    by: str
    key: str
    descending: bool = False

    def order(self, asked: Asked) -> str:
        """By the index of a company's rows, also for all companies one after the other."""
        if self.descending:
            return f"{self.table}.{self.by} DESC, {self.table}.{self.key} DESC"
        return f"{self.table}.company_id, {self.table}.{self.by}, {self.table}.{self.key}"


_PERSON = (
    " e.number, coalesce(nullif(e.full_name_en, ''), trim(concat_ws(' ', e.first_name, e.last_name))),"
    " e.full_name_ar"
)
_PERSON_HEADINGS = (_("company"), _("number"), _("name"), _("name in Arabic"))
_FACTS = (
    f"SELECT f.company_id,{_PERSON}, f.departments::text, f.nationality, f.hire_date, f.joined_on, f.left_on"
    " FROM employment_facts f LEFT JOIN employees_ref e ON e.employee_id = f.employee_id"
)
_ITEMS = (
    f"SELECT i.company_id,{_PERSON}, f.departments::text, f.nationality, i.type, i.starts_on, i.ends_on,"
    " i.quantity, i.status FROM employee_items i LEFT JOIN employees_ref e ON e.employee_id = i.employee_id"
    " LEFT JOIN employment_facts f ON f.employee_id = i.employee_id"
)
_EVENTS = (
    "SELECT v.company_id, v.occurred_at, v.producer, v.position, v.type, v.aggregate_id, v.actor_id, v.id,"
    " v.payload::text FROM analytics_events v"
)


def _department(departments: str | None, day: date, names: Names) -> str:
    if departments is None:
        return ""
    key = department_among(msgspec.json.decode(departments), day)
    return names.departments.get(key, key)


def _company(company_id: UUID | None, names: Names) -> str:
    return names.companies.get(company_id, str(company_id)) if company_id else ""


def _employed(asked: Asked) -> tuple[str, list[Any]]:
    day = asked.day("as_of")
    return "f.joined_on <= %s AND (f.left_on IS NULL OR f.left_on > %s)", [day, day]


def _joined(asked: Asked) -> tuple[str, list[Any]]:
    return "f.hire_date IS NOT NULL AND f.joined_on BETWEEN %s AND %s", [asked.day("from"), asked.day("to")]


def _left(asked: Asked) -> tuple[str, list[Any]]:
    return "f.left_on BETWEEN %s AND %s", [asked.day("from"), asked.day("to")]


def _on_leave(asked: Asked) -> tuple[str, list[Any]]:
    values = [ItemKind.LEAVE.value, APPROVED, asked.day("from"), asked.day("to")]
    return "i.kind = %s AND i.status = %s AND i.starts_on BETWEEN %s AND %s", values


def _deducted(asked: Asked) -> tuple[str, list[Any]]:
    values = [ItemKind.DEDUCTION.value, CANCELLED, asked.day("from"), asked.day("to")]
    return "i.kind = %s AND i.status <> %s AND i.starts_on BETWEEN %s AND %s", values


def _happened(asked: Asked) -> tuple[str, list[Any]]:
    columns = {"type": "v.type = %s", "producer": "v.producer = %s", "aggregate_id": "v.aggregate_id = %s"}
    conditions = {sql: asked.parameters[name] for name, sql in columns.items() if name in asked.parameters}
    if "from" in asked.parameters:
        conditions["v.occurred_at >= %s"] = _midnight(asked.day("from"))
    if "to" in asked.parameters and asked.day("to") < date.max:
        conditions["v.occurred_at < %s"] = _midnight(asked.day("to") + timedelta(days=1))
    return " AND ".join(["true", *conditions]), list(conditions.values())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def _employed_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, number, name, arabic, departments, nationality, _hired, joined, _gone = row
    department = _department(departments, asked.day("as_of"), names)
    return [_company(company, names), number, name, arabic, department, nationality, joined]


def _joined_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, number, name, arabic, departments, nationality, _hired, joined, _gone = row
    department = _department(departments, joined, names)
    return [_company(company, names), number, name, arabic, department, nationality, joined]


def _left_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, number, name, arabic, departments, nationality, _hired, joined, left = row
    department = _department(departments, left, names)
    return [_company(company, names), number, name, arabic, department, nationality, joined, left]


def _leave_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, number, name, arabic, departments, nationality, kind, first, last, days, _status = row
    person = [number, name, arabic, _department(departments, first, names), nationality or ""]
    return [_company(company, names), *person, names.types.get(kind, kind), first, last, days]


def _deduction_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, number, name, arabic, departments, nationality, kind, day, _end, amount, status = row
    person = [number, name, arabic, _department(departments, day, names), nationality or ""]
    return [_company(company, names), *person, names.types.get(kind, kind), day, amount, status]


def _event_row(row: Sequence[Any], names: Names, asked: Asked) -> Row:
    company, *others = row
    return [_company(company, names), *others]


_PLACE = (_("department"), _("nationality"))
SOURCES: dict[str, Source] = {
    ReportKind.HEADCOUNT: Source(
        "f", _FACTS, (*_PERSON_HEADINGS, *_PLACE, _("joined on")), _employed, _employed_row,
        "joined_on", "employee_id",
    ),
    ReportKind.JOINERS: Source(
        "f", _FACTS, (*_PERSON_HEADINGS, *_PLACE, _("joined on")), _joined, _joined_row,
        "joined_on", "employee_id",
    ),
    ReportKind.LEAVERS: Source(
        "f", _FACTS, (*_PERSON_HEADINGS, *_PLACE, _("joined on"), _("left on")), _left, _left_row,
        "left_on", "employee_id",
    ),
    ReportKind.LEAVE: Source(
        "i", _ITEMS, (*_PERSON_HEADINGS, *_PLACE, _("type"), _("first day"), _("last day"), _("working days")),
        _on_leave, _leave_row, "starts_on", "id",
    ),
    ReportKind.DEDUCTIONS: Source(
        "i", _ITEMS, (*_PERSON_HEADINGS, *_PLACE, _("type"), _("day"), _("amount in KWD"), _("status")),
        _deducted, _deduction_row, "starts_on", "id",
    ),
    ReportKind.EVENTS: Source(
        "v", _EVENTS,
        (_("company"), _("occurred"), _("producer"), _("position in the producer's log"), _("type"),
         _("about"), _("done by"), _("event"), _("content")),
        _happened, _event_row, "occurred_at", "id", descending=True,
    ),
}  # fmt: skip
TURNOVER_HEADINGS = (
    _("part"), _("opening headcount"), _("joiners"), _("leavers"), _("closing headcount"),
    _("average headcount"), _("turnover in percent"), _("growth in percent"),
)  # fmt: skip


def _turnover(asked: Asked) -> Iterator[Row]:
    """The whole first, then its parts."""
    group_by = GroupBy(asked.parameters.get("group_by", GroupBy.NONE))
    cut = Cut(None, group_by, asked.company_id)
    whole, parts = movements(cut, Period(asked.day("from"), asked.day("to")))
    for name, part in [
        (str(_("total")), whole),
        *((name or str(_("not stated")), part) for _k, name, part in parts),
    ]:
        yield [
            name, part.opening, part.joiners, part.leavers, part.closing, part.average_headcount,
            part.turnover_percent, part.growth_percent,
        ]  # fmt: skip
