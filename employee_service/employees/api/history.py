"""Addresses of an employment's dated record, and of those who report to an employee."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.answers import Answer, Pagination
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.views import ServiceAPIView
from common.security.permissions import ANYONE_SIGNED_IN
from employee_service.employees.api.answers import EmployeeList
from employee_service.employees.api.serializers import employee_row
from employee_service.employees.choices import HistoryKind
from employee_service.employees.selectors.records import history_of
from employee_service.employees.selectors.reports import reports_of
from employee_service.employees.selectors.visibility import employee_get, may_see_pay

ROW = Row(
    {
        "id": "id",
        "employee_id": "employee_id",
        "kind": "kind",
        "effective_date": "effective_date",
        "old_value": "old_value",
        "new_value": "new_value",
        "changed_by": "actor_id",
        "recorded_at": "created_at",
    }
)
# Reasons may tell what those who may not see pay and papers are not to know.
CONFIDENTIAL = Row({**ROW.fields, "old_salary": "old_salary", "new_salary": "new_salary", "reason": "reason"})


class HistoryAnswer(serializers.Serializer[Any]):
    """One change of an employment.

    The values are those of the field that changed: a status, a position, a date, the id of a department or
    a manager; a missing one stands for none. Reasons and pay are for who may see the employee's pay.
    """

    id = serializers.IntegerField()
    employee_id = serializers.UUIDField()
    kind = serializers.ChoiceField(HistoryKind.choices)
    effective_date = serializers.DateField()
    old_value = serializers.CharField(required=False)
    new_value = serializers.CharField(required=False)
    old_salary = serializers.FloatField(required=False)
    new_salary = serializers.FloatField(required=False)
    reason = serializers.CharField(required=False)
    changed_by = serializers.UUIDField(required=False)
    recorded_at = serializers.DateTimeField()


class HistoryList(Answer):
    """The dated record of an employment."""

    history = HistoryAnswer(many=True)
    pagination = Pagination()


class HistoryQuery(ListQuery):
    """What the dated record takes."""

    kind = serializers.ChoiceField(HistoryKind.choices, required=False)


class ReportsQuery(ListQuery):
    """What the list of reports takes."""

    all = serializers.BooleanField(
        required=False, help_text=_("Also those who report through others, down to the last.")
    )


class HistoryView(ServiceAPIView):
    """What changed in an employment, from the hire to the end."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    query_serializers = {"GET": HistoryQuery}
    answer_serializers = {"GET": HistoryList}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List the changes, the latest first."""
        employee = employee_get(self.person, employee_id)
        query = self.query()
        entries = history_of(self.person, employee)
        if "kind" in query:
            entries = entries.filter(kind=query["kind"])
        row = CONFIDENTIAL if may_see_pay(self.person, employee) else ROW
        return paginate(entries, query, key="history", row=row, ordering=("-effective_date",))


class ReportsView(ServiceAPIView):
    """Who reports to an employee now."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    query_serializers = {"GET": ReportsQuery}
    answer_serializers = {"GET": EmployeeList}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List those who report to the employee and whom one may see."""
        manager = employee_get(self.person, employee_id)
        query = self.query()
        reports = reports_of(self.person, manager, everyone=query.get("all", False))
        return paginate(reports, query, key="employees", row=employee_row(self.person), ordering=("number",))
