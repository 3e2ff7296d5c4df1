"""Addresses of employees, their profiles and lines, and of the numbers about them."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.serializers import UNKNOWN
from common.api.views import ServiceAPIView
from common.errors import PermissionDeniedError, ValidationError
from common.security.permissions import ANYONE_SIGNED_IN
from common.security.principal import Principal
from common.security.scopes import open_scope
from employee_service.employees.api import answers
from employee_service.employees.api.hiring import hire
from employee_service.employees.api.requests import (
    CreateEmployeeRequest,
    CreateRelationshipRequest,
    EmployeeQuery,
    StatisticsQuery,
    TerminateEmployeeRequest,
    UpdateEmployeeRequest,
    UpdateProfileRequest,
)
from employee_service.employees.api.serializers import (
    employee_json,
    employee_row,
    profile_json,
    relationship_json,
    saga_json,
    statistics_json,
)
from employee_service.employees.choices import RelationshipKind
from employee_service.employees.selectors.lists import (
    employees_list,
    profile_of,
    relationships_of,
)
from employee_service.employees.selectors.sagas import saga_get
from employee_service.employees.selectors.statistics import employee_statistics
from employee_service.employees.selectors.visibility import employee_get, own_employee_get
from employee_service.employees.services.employment import employee_terminate, employee_update
from employee_service.employees.services.profiles import profile_update
from employee_service.employees.services.relationships import relationship_add, relationship_end


class EmployeesView(ServiceAPIView):
    """The employees one may see, by number; and hiring, which is a saga over three services."""

    # A hire waits for its saga, and must hold no transaction meanwhile.
    manages_own_scope = True
    required_permissions = {"GET": "employees:view", "POST": "employees:create"}
    query_serializers = {"GET": EmployeeQuery}
    body_serializers = {"POST": CreateEmployeeRequest}
    answer_serializers = {
        "GET": answers.EmployeeList,
        "POST": {201: answers.OneEmployee, 202: answers.OneSaga, 409: answers.Refusal},
    }
    request_headers = {"POST": ("Idempotency-Key", "Prefer")}
    answer_headers = {"POST": {201: ("Location",), 202: ("Location", "Preference-Applied")}}

    def get(self, request: Request) -> Response:
        """List employees; archived ones are left out."""
        query = self.query()
        _only_for_all_companies(self.person, query)
        with open_scope(self.person.tenant_scope()):
            return paginate(
                employees_list(self.person, query),
                query,
                key="employees",
                row=employee_row(self.person),
                ordering=("number",),
            )

    def post(self, request: Request) -> Response:
        """Hire a person.

        Waits some seconds: 201 with the employee, the refusal of a business rule, or 202 with the saga, whose
        address is in Location. ``Prefer: respond-async`` gets 202 at once. ``Idempotency-Key`` makes a repeat
        safe: it starts nothing, and gets the current outcome of the first request.
        """
        return hire(request, self.body(), self.person)


class EmployeeView(ServiceAPIView):
    """One employee; what one may not see does not exist."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": "employees:edit", "DELETE": "employees:delete"}
    body_serializers = {"PUT": UpdateEmployeeRequest, "DELETE": TerminateEmployeeRequest}
    answer_serializers = {
        "GET": answers.OneEmployee,
        "PUT": {200: answers.OneEmployee, 409: answers.Refusal},
        "DELETE": {200: answers.Done, 409: answers.Refusal},
    }

    def get(self, request: Request, employee_id: UUID) -> Response:
        """The employee, with pay and papers if one may see them."""
        employee = employee_get(self.person, employee_id)
        return Response({"success": True, "employee": employee_json(employee, self.person)})

    def put(self, request: Request, employee_id: UUID) -> Response:
        """Change the given fields; the others stay. An employment is ended by DELETE."""
        employee_get(self.person, employee_id)
        changes = self.body()
        if "salary" in changes and not self.person.may("payroll:edit"):
            raise PermissionDeniedError(details={"salary": [_("You may not change salaries.")]})
        employee = employee_update(
            employee_id=employee_id,
            effective_date=changes.pop("effective_date", None),
            reason=changes.pop("reason", ""),
            changes=changes,
        )
        return Response({"success": True, "employee": employee_json(employee, self.person)})

    def delete(self, request: Request, employee_id: UUID) -> Response:
        """End the employment; the record stays."""
        employee_get(self.person, employee_id)
        body = self.body()
        employee = employee_terminate(
            employee_id=employee_id,
            last_day=body["termination_date"],
            reason=body["reason"],
            exit_interview_conducted=body["exit_interview_conducted"],
        )
        message = _("The employment of %(number)s has ended.") % {"number": employee.number}
        return Response({"success": True, "message": message})


class OwnEmployeeView(ServiceAPIView):
    """The record of the person who asks: how a worker's client learns its id."""

    required_permissions = {"GET": ANYONE_SIGNED_IN}
    answer_serializers = {"GET": {200: answers.OneEmployee, 404: answers.Refusal}}

    def get(self, request: Request) -> Response:
        """One's own employment in the company that the token names."""
        employee = own_employee_get(self.person)
        return Response({"success": True, "employee": employee_json(employee, self.person)})


class ProfileView(ServiceAPIView):
    """The personal details of an employee one may see."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": "employees:edit"}
    body_serializers = {"PUT": UpdateProfileRequest}
    answer_serializers = {"GET": answers.OneProfile, "PUT": answers.OneProfile}

    def get(self, request: Request, employee_id: UUID) -> Response:
        """The profile; an empty one when nothing was written yet."""
        profile = profile_of(employee_get(self.person, employee_id))
        return Response({"success": True, "profile": profile_json(profile)})

    def put(self, request: Request, employee_id: UUID) -> Response:
        """Change the given fields; the others stay."""
        employee_get(self.person, employee_id)
        profile = profile_update(employee_id=employee_id, changes=self.body())
        return Response({"success": True, "profile": profile_json(profile)})


class RelationshipsView(ServiceAPIView):
    """The lines from an employee one may see to others."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": "employees:edit"}
    idempotent = True
    body_serializers = {"POST": CreateRelationshipRequest}
    answer_serializers = {
        "GET": answers.RelationshipList,
        "POST": {201: answers.OneRelationship, 409: answers.Refusal},
    }

    def get(self, request: Request, employee_id: UUID) -> Response:
        """All of them, present and past."""
        self.query()
        lines = relationships_of(employee_get(self.person, employee_id))
        return Response({"success": True, "relationships": [relationship_json(line) for line in lines]})

    def post(self, request: Request, employee_id: UUID) -> Response:
        """Draw a line; one to a manager begins today and replaces the one before."""
        employee_get(self.person, employee_id)
        body = self.body()
        line = relationship_add(
            employee_id=employee_id,
            related_employee_id=body["related_employee_id"],
            kind=RelationshipKind(body["kind"]),
            start_date=body.get("start_date"),
            end_date=body.get("end_date"),
        )
        return Response({"success": True, "relationship": relationship_json(line)}, status=201)


class RelationshipView(ServiceAPIView):
    """One line."""

    required_permissions = {"DELETE": "employees:edit"}
    answer_serializers = {"DELETE": answers.OneRelationship}

    def delete(self, request: Request, employee_id: UUID, relationship_id: UUID) -> Response:
        """End the line today; it stays on record."""
        employee_get(self.person, employee_id)
        line = relationship_end(employee_id=employee_id, relationship_id=relationship_id)
        return Response({"success": True, "relationship": relationship_json(line)})


class StatisticsView(ServiceAPIView):
    """Numbers about the employees of one company."""

    required_permissions = {"GET": "employees:view"}
    query_serializers = {"GET": StatisticsQuery}
    answer_serializers = {"GET": answers.OneStatistics}

    def get(self, request: Request) -> Response:
        """Counted over the employees that one may see."""
        query = self.query()
        _only_for_all_companies(self.person, query)
        company_id = query.get("company_id", self.person.company_id)
        if company_id is None:
            raise ValidationError(details={"company_id": [_("Name the company.")]})
        numbers = employee_statistics(self.person, company_id)
        return Response({"success": True, "statistics": statistics_json(numbers)})


class SagaView(ServiceAPIView):
    """A hire under way, or how it ended, with every attempt at its steps."""

    required_permissions = {"GET": "employees:create"}
    answer_serializers = {"GET": answers.OneSaga}

    def get(self, request: Request, saga_id: UUID) -> Response:
        """The saga; its data (pay among it) is not shown."""
        saga = saga_get(self.person, saga_id)
        return Response({"success": True, "saga": saga_json(saga, list(saga.steps.all()))})


def _only_for_all_companies(person: Principal, query: dict[str, Any]) -> None:
    if "company_id" in query and not person.all_companies:
        raise ValidationError(details={"company_id": [UNKNOWN]})
