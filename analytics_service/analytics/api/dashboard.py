"""The first page over HTTP."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics_service.analytics.api.queries import ONLY_FOR_ALL
from analytics_service.analytics.api.serializers import GroupAnswer, HeadcountGroup, MovementFigures
from analytics_service.analytics.api.views import TurnoverView, groups_json, movement_json
from analytics_service.analytics.selectors.dashboard import SOON, CompanyState, company_state, own_state
from common.api.answers import Answer
from common.api.query import StrictQuery
from common.api.views import ServiceAPIView
from common.days import today


class DashboardQuery(StrictQuery):
    """Which company."""

    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)


class MonthAnswer(GroupAnswer, MovementFigures):
    """One month; ``closing`` is the headcount at its end."""


class EndingAnswer(serializers.Serializer[Any]):
    """How many end soon, and how many have ended."""

    expiring = serializers.IntegerField()
    expired = serializers.IntegerField()


class CompanyAnswer(serializers.Serializer[Any]):
    """The state of the company, or of all of them."""

    headcount = serializers.IntegerField()
    joiners_this_month = serializers.IntegerField()
    leavers_this_month = serializers.IntegerField()
    on_leave_today = serializers.IntegerField()
    leaves_waiting = serializers.IntegerField()
    departments = serializers.IntegerField()
    licenses = EndingAnswer()
    documents = EndingAnswer()
    expiring_within_days = serializers.IntegerField()
    twelve_months = MovementFigures()
    months = MonthAnswer(many=True)
    top_departments = HeadcountGroup(many=True)
    formula = serializers.CharField()


class OwnAnswer(serializers.Serializer[Any]):
    """What concerns the reader, this year."""

    leave_days = serializers.FloatField()
    leaves_waiting = serializers.IntegerField()
    next_leave = serializers.DateField(required=False)
    deductions = serializers.IntegerField()
    deduction_amount = serializers.FloatField()


class DashboardAnswer(Answer):
    """Answer of GET /dashboard; ``company`` is for those who may view reports."""

    as_of = serializers.DateField()
    own = OwnAnswer()
    company = CompanyAnswer(required=False)


class DashboardView(ServiceAPIView):
    """The first page: everybody's own state, and the company's for those who may view reports."""

    required_permissions = {"GET": "dashboard:view"}
    query_serializers = {"GET": DashboardQuery}
    answer_serializers = {"GET": DashboardAnswer}

    def get(self, request: Request) -> Response:
        """The state of today."""
        query, day = self.query(), today()
        own = asdict(own_state(self.person, day))
        answer: dict[str, Any] = {"success": True, "as_of": day, "own": _plain(own)}
        if self.person.may("reports:view"):
            answer["company"] = company_json(company_state(self.person, query.get("company_id"), day))
        return Response(answer)


def company_json(state: CompanyState) -> dict[str, Any]:
    """The state as ``CompanyAnswer`` describes it."""
    _key, this_month = state.months[-1]
    return {
        "headcount": state.year.closing,
        "joiners_this_month": this_month.joiners,
        "leavers_this_month": this_month.leavers,
        "on_leave_today": state.on_leave,
        "leaves_waiting": state.leaves_waiting,
        "departments": state.department_count,
        "licenses": asdict(state.licenses),
        "documents": asdict(state.documents),
        "expiring_within_days": SOON,
        "twelve_months": movement_json(state.year),
        "months": [{"key": key, "name": key, **movement_json(month)} for key, month in state.months],
        "top_departments": groups_json(state.departments),
        "formula": _(TurnoverView.formula),
    }


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: float(value) if isinstance(value, Decimal) else value
        for name, value in values.items()
        if value is not None
    }
