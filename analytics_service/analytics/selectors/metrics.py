"""Reading the figures: few rows by an index, the arithmetic in :mod:`analytics_service.analytics.figures`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db.models import DateField, F, QuerySet, Sum, Value
from django.db.models.functions import Greatest

from analytics_service.analytics.choices import DeductionType, Dimension, GroupBy, LeaveType, Metric
from analytics_service.analytics.figures import Changes, Movement, Period, level, merged, movement, within
from analytics_service.analytics.models import CachedMetric
from common.reference.models import CompanyRef, DepartmentRef
from common.reference.selectors import name_for_reader
from common.security.principal import Principal
from common.security.visible import visible_to

_DIMENSIONS = {
    GroupBy.DEPARTMENT: Dimension.DEPARTMENT,
    GroupBy.NATIONALITY: Dimension.NATIONALITY,
    GroupBy.TYPE: Dimension.TYPE,
}
_FIRST = date(1, 1, 1)
Columns = Mapping[str, Decimal]


@dataclass(frozen=True)
class Cut:
    """Which part of the figures is asked for, and by what it is divided; a job's are all that its scope shows."""

    person: Principal | None
    group_by: GroupBy = GroupBy.NONE
    company_id: UUID | None = None


@dataclass(frozen=True)
class Group:
    """One part of a figure; ``key`` is empty for those without a department, nationality or type."""

    key: str
    name: str
    values: Columns


@dataclass(frozen=True)
class Figures:
    """A figure, or several that belong together, as a whole and in its parts."""

    whole: Columns
    groups: Sequence[Group]


def headcount_on(cut: Cut, day: date) -> Figures:
    """The people employed at the end of ``day``: the sum of all changes up to it. The largest group first."""
    changes = _read(cut, [Metric.HEADCOUNT], Period(day, day))
    parts = {key: {"headcount": level(found[Metric.HEADCOUNT], day)} for key, found in changes.items()}
    return _figures(cut, parts, ["headcount"])


def level_on(cut: Cut, metric: Metric, day: date) -> Decimal:
    """One figure, not divided, at the end of ``day``."""
    return level(_read(cut, [metric], Period(day, day))[""][metric], day)


def sums_within(cut: Cut, columns: Mapping[str, Metric], period: Period) -> Figures:
    """The sums of the changes of some metrics within ``period``; ``columns`` names them."""
    changes = _read(cut, list(columns.values()), period)
    if cut.group_by == GroupBy.MONTH:
        whole = changes[""]
        parts = {
            f"{month.first:%Y-%m}": {name: within(whole[metric], month) for name, metric in columns.items()}
            for month in period.months()
        }
        return _figures(cut, parts, list(columns), keep_empty=True)
    parts = {
        key: {name: within(found[metric], period) for name, metric in columns.items()}
        for key, found in changes.items()
    }
    return _figures(cut, parts, list(columns))


def movements(cut: Cut, period: Period) -> tuple[Movement, list[tuple[str, str, Movement]]]:
    """The movement of people as a whole, and of each part that had people, by key and name."""
    changes = _read(cut, [Metric.HEADCOUNT, Metric.JOINERS, Metric.LEAVERS], period)
    whole = _movement(
        {metric: merged([found[metric] for found in changes.values()]) for metric in Metric}, period
    )
    if cut.group_by == GroupBy.NONE:
        return whole, []
    if cut.group_by == GroupBy.MONTH:
        months = [(f"{month.first:%Y-%m}", month) for month in period.months()]
        return whole, [(key, key, _movement(changes[""], month)) for key, month in months]
    names = _names(cut.group_by, changes)
    parts = [(key, names.get(key, key), _movement(found, period)) for key, found in changes.items()]
    moved = [part for part in parts if part[2].average_headcount or part[2].leavers or part[2].joiners]
    return whole, sorted(moved, key=lambda part: (-part[2].leavers, part[1], part[0]))


def _movement(changes: Mapping[Metric, Changes], period: Period) -> Movement:
    return movement(changes[Metric.HEADCOUNT], changes[Metric.JOINERS], changes[Metric.LEAVERS], period)


def _read(
    cut: Cut, metrics: Sequence[Metric], period: Period
) -> dict[str, dict[Metric, dict[date, Decimal]]]:
    """Changes up to the end of ``period`` by group and metric; all before it stand on the day before it."""
    rows = cut_rows(cut).filter(metric__in=metrics, day__lte=period.last)
    before = period.first - timedelta(days=1) if period.first > _FIRST else _FIRST
    grouped = (
        rows.annotate(
            key=F("company_id") if cut.group_by == GroupBy.COMPANY else F("member"),
            since=Greatest("day", Value(before, output_field=DateField())),
        )
        .order_by()
        .values_list("key", "metric", "since")
        .annotate(change=Sum("value"))
    )
    found: dict[str, dict[Metric, dict[date, Decimal]]] = defaultdict(lambda: {name: {} for name in Metric})
    if cut.group_by in {GroupBy.NONE, GroupBy.MONTH}:
        found[""] = {name: {} for name in Metric}
    for key, metric, day, change in grouped:
        found[str(key)][Metric(metric)][day] = change
    return found


def cut_rows(cut: Cut) -> QuerySet[CachedMetric]:
    """The rows of metrics_cache that ``cut`` is made of."""
    dimension = _DIMENSIONS.get(cut.group_by, Dimension.WHOLE)
    rows = CachedMetric.objects.filter(dimension=dimension)
    if cut.person is not None:
        rows = visible_to(cut.person, rows)
    return rows if cut.company_id is None else rows.filter(company_id=cut.company_id)


def _figures(
    cut: Cut, parts: Mapping[str, Columns], columns: Sequence[str], *, keep_empty: bool = False
) -> Figures:
    whole = {name: sum((values[name] for values in parts.values()), Decimal()) for name in columns}
    if cut.group_by == GroupBy.NONE:
        return Figures(whole, [])
    names = _names(cut.group_by, parts)
    groups = [
        Group(key, names.get(key, key), values)
        for key, values in parts.items()
        if keep_empty or any(values.values())
    ]
    if cut.group_by != GroupBy.MONTH:
        groups.sort(key=lambda group: (-group.values[columns[0]], group.name, group.key))
    return Figures(whole, groups)


def _names(group_by: GroupBy, keys: Mapping[str, object]) -> dict[str, str]:
    """Names in the reader's language; a key without one stands for itself."""
    known = [key for key in keys if key]
    if group_by == GroupBy.DEPARTMENT:
        departments = DepartmentRef.objects.filter(department_id__in=known)
        found = departments.annotate(label=name_for_reader()).values_list("department_id", "label")
        return {str(key): name for key, name in found}
    if group_by == GroupBy.COMPANY:
        companies = CompanyRef.objects.filter(company_id__in=known)
        named = companies.annotate(label=name_for_reader()).values_list("company_id", "label")
        return {str(key): name for key, name in named}
    if group_by == GroupBy.TYPE:
        return item_type_names()
    return {}


def item_type_names() -> dict[str, str]:
    """The kinds of leaves and deductions in the reader's language."""
    return {str(value): str(label) for value, label in (*LeaveType.choices, *DeductionType.choices)}
