"""Addresses of leaves: asking, deciding, taking back."""

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
from common.api.schema import ErrorResponse
from common.api.serializers import UNKNOWN, StrictSerializer
from common.api.views import ServiceAPIView
from common.errors import ValidationError
from common.security.permissions import ANYONE_SIGNED_IN
from employee_service.employees.api.fields import FarDay, LongText, NearDay
from employee_service.employees.api.records import record_json
from employee_service.employees.choices import LeaveStatus, LeaveType
from employee_service.employees.models import Leave
from employee_service.employees.selectors.leaves import APPROVE, VIEW, leaves_list
from employee_service.employees.selectors.records import record_get
from employee_service.employees.selectors.visibility import employee_get, records_visible_to
from employee_service.employees.services.leaves import (
    leave_approve,
    leave_cancel,
    leave_reject,
    leave_request,
)

CREATE = "leave_requests:create"
ROW = Row(
    {
        "id": "id",
        "employee_id": "employee_id",
        "type": "leave_type",
        "status": "status",
        "start_date": "start_date",
        "end_date": "end_date",
        "days": "days",
        "reason": "reason",
        "requested_by": "requested_by",
        "decided_by": "decided_by",
        "decided_at": "decided_at",
        "decision_reason": "decision_reason",
        "version": "version",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
)


class LeaveAnswer(serializers.Serializer[Any]):
    """A leave; ``days`` are the working days of it, ``requested_by`` and ``decided_by`` are accounts."""

    id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    type = serializers.ChoiceField(LeaveType.choices)
    status = serializers.ChoiceField(LeaveStatus.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField()
    days = serializers.IntegerField()
    reason = serializers.CharField(required=False)
    requested_by = serializers.UUIDField(required=False)
    decided_by = serializers.UUIDField(required=False)
    decided_at = serializers.DateTimeField(required=False)
    decision_reason = serializers.CharField(required=False)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OneLeave(Answer):
    """A leave."""

    leave = LeaveAnswer()


class LeaveList(Answer):
    """Leaves."""

    leaves = LeaveAnswer(many=True)
    pagination = Pagination()


class CreateLeaveRequest(StrictSerializer):
    """Leave that is asked for, from the first to the last day, both inclusive."""

    type = serializers.ChoiceField(LeaveType.choices)
    start_date = NearDay()
    end_date = FarDay()
    reason = LongText(required=False, allow_blank=True, default="")


class ApproveLeaveRequest(StrictSerializer):
    """A word to go with the approval, if any."""

    reason = LongText(required=False, allow_blank=True, default="")


class RejectLeaveRequest(StrictSerializer):
    """Why the leave is refused."""

    reason = LongText()


class CancelLeaveRequest(StrictSerializer):
    """Nothing: the address says it all."""


class EmployeeLeavesQuery(ListQuery):
    """What the list of an employee's leaves takes."""

    status = serializers.ChoiceField(LeaveStatus.choices, required=False)
    type = serializers.ChoiceField(LeaveType.choices, required=False)
    from_date = serializers.DateField(required=False, help_text=_("Leaves with a day from this one on."))
    to_date = serializers.DateField(required=False, help_text=_("Leaves with a day up to this one."))


class LeavesQuery(EmployeeLeavesQuery):
    """What the list of all leaves takes."""

    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))
    employee_id = serializers.UUIDField(required=False)
    waiting_for_me = serializers.BooleanField(
        required=False, help_text=_("Only those that wait for your own decision.")
    )


class LeavesView(ServiceAPIView):
    """The leaves one may see: a worker their own, a supervisor their reports', office staff the company's."""

    required_permissions = {"GET": VIEW}
    query_serializers = {"GET": LeavesQuery}
    answer_serializers = {"GET": LeaveList}

    def get(self, request: Request) -> Response:
        """List leaves, the latest first."""
        query = self.query()
        if "company_id" in query and not self.person.all_companies:
            raise ValidationError(details={"company_id": [UNKNOWN]})
        leaves = leaves_list(self.person, query)
        return paginate(leaves, query, key="leaves", row=ROW, ordering=("-start_date",))


class EmployeeLeavesView(ServiceAPIView):
    """The leaves of one employee."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": CREATE}
    query_serializers = {"GET": EmployeeLeavesQuery}
    body_serializers = {"POST": CreateLeaveRequest}
    answer_serializers = {"GET": LeaveList, "POST": {201: OneLeave, 409: ErrorResponse}}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List an employee's leaves, the latest first."""
        employee = employee_get(self.person, employee_id, VIEW)
        query = self.query()
        leaves = leaves_list(
            self.person, {**query, "employee_id": employee.id, "company_id": employee.company_id}
        )
        return paginate(leaves, query, key="leaves", row=ROW, ordering=("-start_date",))

    def post(self, request: Request, employee_id: UUID) -> Response:
        """Ask for leave, for oneself or on behalf of somebody in one's reach."""
        employee = employee_get(self.person, employee_id, CREATE)
        body = self.body()
        leave = leave_request(
            employee_id=employee.id,
            leave_type=LeaveType(body["type"]),
            start_date=body["start_date"],
            end_date=body["end_date"],
            reason=body["reason"],
            requested_by=self.person.id,
        )
        return Response({"success": True, "leave": record_json(leave, ROW)}, status=201)


class LeaveView(ServiceAPIView):
    """One leave."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    answer_serializers = {"GET": OneLeave}

    def get(self, request: Request, leave_id: UUID) -> Response:
        """The leave, if one may see it."""
        leave = record_get(records_visible_to(Leave.objects.all(), self.person, VIEW), leave_id)
        return Response({"success": True, "leave": record_json(leave, ROW)})


class ApproveLeaveView(ServiceAPIView):
    """Granting a leave."""

    idempotent = True
    required_permissions = {"POST": APPROVE}
    body_serializers = {"POST": ApproveLeaveRequest}
    answer_serializers = {"POST": {200: OneLeave, 409: ErrorResponse}}

    def post(self, request: Request, leave_id: UUID) -> Response:
        """Approve a leave that waits; nobody's own, and a supervisor only their reports'."""
        record_get(records_visible_to(Leave.objects.all(), self.person, APPROVE), leave_id)
        leave = leave_approve(leave_id=leave_id, decided_by=self.person.id, reason=self.body()["reason"])
        return Response({"success": True, "leave": record_json(leave, ROW)})


class RejectLeaveView(ServiceAPIView):
    """Refusing a leave."""

    idempotent = True
    required_permissions = {"POST": APPROVE}
    body_serializers = {"POST": RejectLeaveRequest}
    answer_serializers = {"POST": {200: OneLeave, 409: ErrorResponse}}

    def post(self, request: Request, leave_id: UUID) -> Response:
        """Refuse a leave that waits, for a reason; nobody's own, and a supervisor only their reports'."""
        record_get(records_visible_to(Leave.objects.all(), self.person, APPROVE), leave_id)
        leave = leave_reject(leave_id=leave_id, decided_by=self.person.id, reason=self.body()["reason"])
        return Response({"success": True, "leave": record_json(leave, ROW)})


class CancelLeaveView(ServiceAPIView):
    """Taking a request back."""

    idempotent = True
    required_permissions = {"POST": CREATE}
    body_serializers = {"POST": CancelLeaveRequest}
    answer_serializers = {"POST": {200: OneLeave, 409: ErrorResponse}}

    def post(self, request: Request, leave_id: UUID) -> Response:
        """Take back a request that waits: one's own, or one made on somebody's behalf."""
        self.body()
        record_get(records_visible_to(Leave.objects.all(), self.person, VIEW), leave_id)
        leave = leave_cancel(leave_id=leave_id, cancelled_by=self.person.id)
        return Response({"success": True, "leave": record_json(leave, ROW)})
