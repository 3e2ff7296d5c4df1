"""Addresses of deductions from pay."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.answers import Answer, Pagination
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.schema import ErrorResponse
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.errors import PermissionDeniedError
from common.security.permissions import ANYONE_SIGNED_IN
from employee_service.employees.api.fields import Day, LongText, Money
from employee_service.employees.api.records import as_stored, record_json
from employee_service.employees.choices import DeductionStatus, DeductionType
from employee_service.employees.models import Deduction
from employee_service.employees.selectors.records import (
    SEE_PAY,
    deductions_visible_to,
    record_get,
    records_of,
)
from employee_service.employees.selectors.visibility import (
    employee_get,
    may_see_pay,
    records_visible_to,
)
from employee_service.employees.services.deductions import deduction_create, deduction_update

EDIT_PAY = "payroll:edit"
LEAST = Decimal("0.001")
ROW = Row(
    {
        "id": "id",
        "employee_id": "employee_id",
        "type": "deduction_type",
        "status": "status",
        "amount": "amount",
        "effective_date": "effective_date",
        "description": "description",
        "recorded_by": "recorded_by",
        "version": "version",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
)


class DeductionAnswer(serializers.Serializer[Any]):
    """A deduction; the amount is in KWD, ``recorded_by`` is an account."""

    id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    type = serializers.ChoiceField(DeductionType.choices)
    status = serializers.ChoiceField(DeductionStatus.choices)
    amount = serializers.FloatField()
    effective_date = serializers.DateField()
    description = serializers.CharField(required=False)
    recorded_by = serializers.UUIDField(required=False)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OneDeduction(Answer):
    """A deduction."""

    deduction = DeductionAnswer()


class DeductionList(Answer):
    """Deductions."""

    deductions = DeductionAnswer(many=True)
    pagination = Pagination()


class CreateDeductionRequest(StrictSerializer):
    """Money to be held back."""

    type = serializers.ChoiceField(DeductionType.choices)
    amount = Money(min_value=LEAST)
    effective_date = Day()
    description = LongText(required=False, allow_blank=True, default="")


class UpdateDeductionRequest(StrictSerializer):
    """Fields to change; those that are missing stay as they are."""

    type = serializers.ChoiceField(DeductionType.choices, required=False)
    status = serializers.ChoiceField(DeductionStatus.choices, required=False)
    amount = Money(min_value=LEAST, required=False)
    effective_date = Day(required=False)
    description = LongText(required=False, allow_blank=True)


class DeductionsQuery(ListQuery):
    """What the list of deductions takes."""

    status = serializers.ChoiceField(DeductionStatus.choices, required=False)
    type = serializers.ChoiceField(DeductionType.choices, required=False)


class EmployeeDeductionsView(ServiceAPIView):
    """The deductions from one employee's pay: for those who may see that pay, and for the person."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": EDIT_PAY}
    query_serializers = {"GET": DeductionsQuery}
    body_serializers = {"POST": CreateDeductionRequest}
    answer_serializers = {"GET": DeductionList, "POST": {201: OneDeduction, 409: ErrorResponse}}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List an employee's deductions, the latest first."""
        employee = employee_get(self.person, employee_id, SEE_PAY)
        if not may_see_pay(self.person, employee):
            raise PermissionDeniedError
        query = self.query()
        deductions = records_of(deductions_visible_to(self.person), employee)
        wanted = {field: query[name] for name, field in _FILTERS.items() if name in query}
        return paginate(
            deductions.filter(**wanted), query, key="deductions", row=ROW, ordering=("-effective_date",)
        )

    def post(self, request: Request, employee_id: UUID) -> Response:
        """Hold money back from an employee's pay; nobody from their own."""
        employee = employee_get(self.person, employee_id, EDIT_PAY)
        deduction = deduction_create(
            employee_id=employee.id, recorded_by=self.person.id, **as_stored(self.body(), ROW)
        )
        return Response({"success": True, "deduction": record_json(deduction, ROW)}, status=201)


class DeductionView(ServiceAPIView):
    """One deduction."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": EDIT_PAY}
    body_serializers = {"PUT": UpdateDeductionRequest}
    answer_serializers = {"GET": OneDeduction, "PUT": {200: OneDeduction, 409: ErrorResponse}}

    def get(self, request: Request, deduction_id: UUID) -> Response:
        """The deduction, if one may see it."""
        deduction = record_get(deductions_visible_to(self.person), deduction_id)
        return Response({"success": True, "deduction": record_json(deduction, ROW)})

    def put(self, request: Request, deduction_id: UUID) -> Response:
        """Change the given fields of an active deduction; nobody their own."""
        record_get(records_visible_to(Deduction.objects.all(), self.person, EDIT_PAY), deduction_id)
        deduction = deduction_update(
            deduction_id=deduction_id, changes=as_stored(self.body(), ROW), changed_by=self.person.id
        )
        return Response({"success": True, "deduction": record_json(deduction, ROW)})


_FILTERS = {"status": "status", "type": "deduction_type"}
