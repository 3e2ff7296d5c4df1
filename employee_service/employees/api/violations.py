"""Addresses of violations of the company's rules."""

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
from common.security.permissions import ANYONE_SIGNED_IN
from employee_service.employees.api.fields import LongText, PastDay
from employee_service.employees.api.records import as_stored, record_json
from employee_service.employees.choices import Severity, ViolationType
from employee_service.employees.models import Violation
from employee_service.employees.selectors.records import (
    EDIT_PERFORMANCE,
    SEE_PERFORMANCE,
    record_get,
    records_of,
    violations_visible_to,
)
from employee_service.employees.selectors.visibility import employee_get, records_visible_to
from employee_service.employees.services.violations import violation_record, violation_update

ROW = Row(
    {
        "id": "id",
        "employee_id": "employee_id",
        "type": "violation_type",
        "severity": "severity",
        "date": "occurred_on",
        "description": "description",
        "reported_by": "reported_by",
        "version": "version",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
)


class ViolationAnswer(serializers.Serializer[Any]):
    """A violation; ``reported_by`` is an account."""

    id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    type = serializers.ChoiceField(ViolationType.choices)
    severity = serializers.ChoiceField(Severity.choices)
    date = serializers.DateField()
    description = serializers.CharField()
    reported_by = serializers.UUIDField(required=False)
    version = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class OneViolation(Answer):
    """A violation."""

    violation = ViolationAnswer()


class ViolationList(Answer):
    """Violations."""

    violations = ViolationAnswer(many=True)
    pagination = Pagination()


class CreateViolationRequest(StrictSerializer):
    """What happened, and when."""

    type = serializers.ChoiceField(ViolationType.choices)
    severity = serializers.ChoiceField(Severity.choices, default=Severity.MEDIUM)
    date = PastDay()
    description = LongText()


class UpdateViolationRequest(StrictSerializer):
    """Fields to correct; those that are missing stay as they are."""

    type = serializers.ChoiceField(ViolationType.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    date = PastDay(required=False)
    description = LongText(required=False)


class ViolationsQuery(ListQuery):
    """What the list of violations takes."""

    type = serializers.ChoiceField(ViolationType.choices, required=False)
    severity = serializers.ChoiceField(Severity.choices, required=False)


class EmployeeViolationsView(ServiceAPIView):
    """The violations of one employee."""

    idempotent = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": EDIT_PERFORMANCE}
    query_serializers = {"GET": ViolationsQuery}
    body_serializers = {"POST": CreateViolationRequest}
    answer_serializers = {"GET": ViolationList, "POST": {201: OneViolation, 409: ErrorResponse}}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """List an employee's violations, the latest first."""
        employee = employee_get(self.person, employee_id, SEE_PERFORMANCE)
        query = self.query()
        violations = records_of(violations_visible_to(self.person), employee)
        wanted = {field: query[name] for name, field in _FILTERS.items() if name in query}
        return paginate(
            violations.filter(**wanted), query, key="violations", row=ROW, ordering=("-occurred_on",)
        )

    def post(self, request: Request, employee_id: UUID) -> Response:
        """Write down what an employee did; nobody their own."""
        employee = employee_get(self.person, employee_id, EDIT_PERFORMANCE)
        violation = violation_record(
            employee_id=employee.id, reported_by=self.person.id, **as_stored(self.body(), ROW)
        )
        return Response({"success": True, "violation": record_json(violation, ROW)}, status=201)


class ViolationView(ServiceAPIView):
    """One violation."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": EDIT_PERFORMANCE}
    body_serializers = {"PUT": UpdateViolationRequest}
    answer_serializers = {"GET": OneViolation, "PUT": OneViolation}

    def get(self, request: Request, violation_id: UUID) -> Response:
        """The violation, if one may see it."""
        violation = record_get(violations_visible_to(self.person), violation_id)
        return Response({"success": True, "violation": record_json(violation, ROW)})

    def put(self, request: Request, violation_id: UUID) -> Response:
        """Correct the given fields; nobody their own."""
        record_get(records_visible_to(Violation.objects.all(), self.person, EDIT_PERFORMANCE), violation_id)
        violation = violation_update(
            violation_id=violation_id, changes=as_stored(self.body(), ROW), changed_by=self.person.id
        )
        return Response({"success": True, "violation": record_json(violation, ROW)})


_FILTERS = {"type": "violation_type", "severity": "severity"}
