"""Events and figures over HTTP."""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from rest_framework.request import Request
from rest_framework.response import Response

from analytics_service.analytics.api import serializers as answers
from analytics_service.analytics.api.queries import EventQuery, HeadcountQuery, PeriodQuery, TypedPeriodQuery
from analytics_service.analytics.choices import GroupBy, Metric
from analytics_service.analytics.figures import Movement
from analytics_service.analytics.selectors.events import event_list
from analytics_service.analytics.selectors.metrics import (
    Columns,
    Cut,
    Figures,
    Group,
    headcount_on,
    movements,
    sums_within,
)
from common.api.pagination import paginate
from common.api.views import ServiceAPIView

Json = dict[str, Any]
_EVENT_COLUMNS = ("type", "producer", "company_id", "aggregate_id")
_AMOUNTS = frozenset({"days", "amount"})


class EventsView(ServiceAPIView):
    """What happened in the company; what exactly is for those who may take data out."""

    required_permissions = {"GET": "reports:view"}
    query_serializers = {"GET": EventQuery}
    answer_serializers = {"GET": answers.EventListAnswer}

    def get(self, request: Request) -> Response:
        """List events, the newest first; without ``page`` by cursor, which counts nothing."""
        query = self.query()
        equal = {name: query[name] for name in _EVENT_COLUMNS if name in query}
        events = event_list(self.person, since=query.get("from"), before=query.get("to"), **equal)
        row = answers.EVENT_ROW
        if self.person.may("reports:export"):
            row = row.also({"payload": F("payload")})
        return paginate(events, query, key="events", row=row, ordering=("-occurred_at",))


class FigureView(ServiceAPIView):
    """A figure. Every answer says how it is worked out."""

    required_permissions = {"GET": "reports:view"}
    formula: ClassVar[str]

    def cut(self, query: Json) -> Cut:
        """Whose figures, divided by what."""
        return Cut(self.person, GroupBy(query["group_by"]), query.get("company_id"))

    def answer(self, query: Json, values: Json) -> Response:
        """The answer with what every figure has."""
        days = {"from": query["period"].first, "to": query["period"].last} if "period" in query else {}
        head = {"success": True, **days, "group_by": query["group_by"], "formula": _(self.formula)}
        return Response({**head, **values})


class HeadcountView(FigureView):
    """How many people are employed."""

    query_serializers = {"GET": HeadcountQuery}
    answer_serializers = {"GET": answers.HeadcountAnswer}
    formula = gettext_noop(
        "People who have joined by the end of the day and have not left, whatever their status."
    )

    def get(self, request: Request) -> Response:
        """The headcount at the end of a day; a day to come shows what is known by now."""
        query = self.query()
        figures = headcount_on(self.cut(query), query["as_of"])
        return self.answer(query, {"as_of": query["as_of"], **figures_json(figures)})


class SumsView(FigureView):
    """Figures that are counted within a period."""

    query_serializers = {"GET": PeriodQuery}
    columns: ClassVar[dict[str, Metric]]

    def get(self, request: Request) -> Response:
        """The figures of the days from ``from`` to ``to``, both inclusive."""
        query = self.query()
        figures = sums_within(self.cut(query), self.columns, query["period"])
        return self.answer(query, figures_json(figures))


class JoinersView(SumsView):
    """Who joined."""

    answer_serializers = {"GET": answers.JoinersAnswer}
    columns = {"joiners": Metric.JOINERS}
    formula = gettext_noop("People whose first day is in the period.")


class LeaversView(SumsView):
    """Who left."""

    answer_serializers = {"GET": answers.LeaversAnswer}
    columns = {"leavers": Metric.LEAVERS}
    formula = gettext_noop("People whose last day is in the period.")


class LeaveView(SumsView):
    """Approved leave."""

    query_serializers = {"GET": TypedPeriodQuery}
    answer_serializers = {"GET": answers.LeaveAnswer}
    columns = {"leaves": Metric.LEAVES, "days": Metric.LEAVE_DAYS}
    formula = gettext_noop("Approved leaves that begin in the period, with all their working days.")


class DeductionsView(SumsView):
    """Deductions from pay."""

    query_serializers = {"GET": TypedPeriodQuery}
    answer_serializers = {"GET": answers.DeductionsAnswer}
    columns = {"deductions": Metric.DEDUCTIONS, "amount": Metric.DEDUCTION_AMOUNT}
    formula = gettext_noop("Deductions that take effect in the period and are not cancelled, in KWD.")


class TurnoverView(FigureView):
    """How many left, in proportion to how many there were."""

    query_serializers = {"GET": PeriodQuery}
    answer_serializers = {"GET": answers.TurnoverAnswer}
    formula = gettext_noop(
        "Turnover = leavers / average headcount * 100 (ISO 30414); the average is over all days of the period."
        " Growth = (closing - opening) / opening headcount * 100."
    )

    def get(self, request: Request) -> Response:
        """The movement of people within the days from ``from`` to ``to``, both inclusive."""
        query = self.query()
        whole, parts = movements(self.cut(query), query["period"])
        groups = [{**_group(key, name), **movement_json(part)} for key, name, part in parts]
        return self.answer(query, {**movement_json(whole), "groups": groups})


def figures_json(figures: Figures) -> Json:
    """The whole with its groups."""
    return {**_columns(figures.whole), "groups": groups_json(figures.groups)}


def groups_json(groups: Sequence[Group]) -> list[Json]:
    """The parts of a figure."""
    return [{**_group(group.key, group.name), **_columns(group.values)} for group in groups]


def movement_json(movement: Movement) -> Json:
    """The movement as ``MovementFigures`` describes it."""
    values = asdict(movement) | {
        "turnover_percent": movement.turnover_percent,
        "growth_percent": movement.growth_percent,
    }
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
        if value is not None
    }


def _group(key: str, name: str) -> Json:
    return {"key": key, "name": name} if key else {"name": _("not stated")}


def _columns(values: Columns) -> Json:
    return {name: float(value) if name in _AMOUNTS else int(value) for name, value in values.items()}
