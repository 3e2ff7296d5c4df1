"""How answers look. The classes describe the shapes for the OpenAPI document; the functions make them.

A field without a value is left out, as the contract has no nulls. Pay and papers are left out for a reader
who may not see them.
"""

from typing import Any

from django.db.models import Case, F, When
from rest_framework import serializers

from common.api.rows import Row
from common.sagas.models import SagaInstance, SagaStep
from common.sagas.wording import error_sentence
from common.security.principal import Principal
from employee_service.employees.choices import EmploymentStatus, EmploymentType, Gender, RelationshipKind
from employee_service.employees.models import Employee, EmployeeProfile, Relationship
from employee_service.employees.selectors.lists import works_here
from employee_service.employees.selectors.statistics import EmployeeStatistics
from employee_service.employees.selectors.visibility import may_see_pay, may_see_pay_of_all

Json = dict[str, Any]


class EmployeeAnswer(serializers.Serializer[Any]):
    """An employee, as the contract has it, with the names in two scripts and what concerns the papers."""

    id = serializers.UUIDField()
    employee_id = serializers.CharField()
    company_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    full_name_ar = serializers.CharField(required=False)
    full_name_en = serializers.CharField(required=False)
    email = serializers.CharField()
    phone = serializers.CharField(required=False)
    position = serializers.CharField(required=False)
    department_id = serializers.UUIDField(required=False)
    manager_id = serializers.UUIDField(required=False)
    hire_date = serializers.DateField(required=False)
    employment_status = serializers.ChoiceField(EmploymentStatus.choices)
    employment_type = serializers.ChoiceField(EmploymentType.choices)
    employee_type = serializers.CharField(required=False)
    nationality = serializers.CharField(required=False)
    is_active = serializers.BooleanField()
    archived = serializers.BooleanField()
    termination_date = serializers.DateField(required=False)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    salary = serializers.FloatField(required=False)
    termination_reason = serializers.CharField(required=False)
    civil_id = serializers.CharField(required=False)
    civil_id_expiry = serializers.DateField(required=False)
    passport_number = serializers.CharField(required=False)
    passport_expiry = serializers.DateField(required=False)
    residence_number = serializers.CharField(required=False)
    residence_expiry = serializers.DateField(required=False)


_PAPERS = (
    "termination_reason", "civil_id", "civil_id_expiry", "passport_number", "passport_expiry",
    "residence_number", "residence_expiry",
)  # fmt: skip


_REQUIRED = {
    "id": "id",
    "employee_id": "number",
    "company_id": "company_id",
    "user_id": "user_id",
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "employment_status": "employment_status",
    "employment_type": "employment_type",
    "archived": "archived",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
_OPTIONAL = (
    "full_name_ar", "full_name_en", "phone", "position", "department_id", "manager_id", "hire_date",
    "employee_type", "nationality", "termination_date",
)  # fmt: skip
_WITHOUT_PAY = Row(
    {**_REQUIRED, "is_active": works_here(), **{name: name for name in _OPTIONAL}}, required=_REQUIRED
)
_WITH_PAY = Row({**_WITHOUT_PAY.fields, "salary": "salary"}, required=_REQUIRED)


def employee_row(person: Principal) -> Row:
    """A row of a list that ``person`` reads: pay if they may see it, papers never."""
    if may_see_pay_of_all(person):
        return _WITH_PAY
    return _WITHOUT_PAY.also({"salary": Case(When(user_id=person.id, then=F("salary")))})


def employee_json(employee: Employee, person: Principal) -> Json:
    """An employee's own page, with pay and papers if ``person`` may see them."""
    body: Json = {name: getattr(employee, source) for name, source in _REQUIRED.items()}
    body["is_active"] = employee.is_active
    optional: Json = {name: getattr(employee, name) for name in _OPTIONAL}
    if may_see_pay(person, employee):
        optional |= {name: getattr(employee, name) for name in _PAPERS}
        optional["salary"] = float(employee.salary) if employee.salary is not None else None
    return body | _given(optional)


def _given(values: Json) -> Json:
    return {name: value for name, value in values.items() if value is not None and value != ""}


class ProfileAnswer(serializers.Serializer[Any]):
    """An employee's personal details."""

    employee_id = serializers.UUIDField()
    date_of_birth = serializers.DateField(required=False)
    gender = serializers.ChoiceField(Gender.choices, required=False)
    marital_status = serializers.CharField(required=False)
    address = serializers.DictField(child=serializers.CharField())
    emergency_contact_name = serializers.CharField(required=False)
    emergency_contact_phone = serializers.CharField(required=False)
    emergency_contact_relationship = serializers.CharField(required=False)
    skills = serializers.ListField(child=serializers.CharField())
    certifications = serializers.ListField(child=serializers.CharField())
    education = serializers.ListField(child=serializers.DictField())
    work_experience = serializers.ListField(child=serializers.DictField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


def profile_json(profile: EmployeeProfile) -> Json:
    """A profile; HR's notes stay in the admin."""
    return {name: getattr(profile, name) for name in _PROFILE_ALWAYS} | _given(
        {name: getattr(profile, name) for name in _PROFILE_OPTIONAL}
    )


_PROFILE_OPTIONAL = (
    "date_of_birth", "gender", "marital_status", "emergency_contact_name", "emergency_contact_phone",
    "emergency_contact_relationship",
)  # fmt: skip
_PROFILE_ALWAYS = (
    "employee_id", "address", "skills", "certifications", "education", "work_experience", "created_at",
    "updated_at",
)  # fmt: skip


class RelationshipAnswer(serializers.Serializer[Any]):
    """A line from an employee to another."""

    id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    related_employee_id = serializers.UUIDField()
    kind = serializers.ChoiceField(RelationshipKind.choices)
    start_date = serializers.DateField()
    end_date = serializers.DateField(required=False)


def relationship_json(line: Relationship) -> Json:
    """A line; an open one has no end."""
    return _given(
        {
            "id": line.id,
            "employee_id": line.employee_id,
            "related_employee_id": line.related_employee_id,
            "kind": line.kind,
            "start_date": line.start_date,
            "end_date": line.end_date,
        }
    )


class SalaryRange(serializers.Serializer[Any]):
    """The lowest and the highest salary."""

    min = serializers.FloatField()
    max = serializers.FloatField()


class StatisticsAnswer(serializers.Serializer[Any]):
    """Numbers about a company's employees."""

    company_id = serializers.UUIDField()
    total_employees = serializers.IntegerField()
    active_employees = serializers.IntegerField()
    new_hires_this_month = serializers.IntegerField()
    terminations_this_month = serializers.IntegerField()
    average_salary = serializers.FloatField(required=False)
    salary_range = SalaryRange(required=False)
    department_distribution = serializers.DictField(child=serializers.IntegerField())
    employment_type_distribution = serializers.DictField(child=serializers.IntegerField())
    last_updated = serializers.DateTimeField()


def statistics_json(numbers: EmployeeStatistics) -> Json:
    """A company's numbers; salaries only for who may see them, and if there are any."""
    body: Json = {
        "company_id": numbers.company_id,
        "total_employees": numbers.total,
        "active_employees": numbers.active,
        "new_hires_this_month": numbers.new_hires_this_month,
        "terminations_this_month": numbers.terminations_this_month,
        "department_distribution": numbers.departments,
        "employment_type_distribution": numbers.employment_types,
        "last_updated": numbers.taken_at,
    }
    if numbers.average_salary is not None:
        body["average_salary"] = round(float(numbers.average_salary), 3)
    if numbers.lowest_salary is not None and numbers.highest_salary is not None:
        body["salary_range"] = {"min": float(numbers.lowest_salary), "max": float(numbers.highest_salary)}
    return body


class SagaStepAnswer(serializers.Serializer[Any]):
    """One attempt at a step, forwards (do) or backwards (undo)."""

    name = serializers.CharField()
    direction = serializers.CharField()
    status = serializers.CharField()
    attempt = serializers.IntegerField()
    error = serializers.DictField(required=False)
    started_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(required=False)


class SagaAnswer(serializers.Serializer[Any]):
    """A hire under way, or how it ended."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    state = serializers.CharField()
    step = serializers.CharField()
    employee_id = serializers.UUIDField(required=False)
    error = serializers.DictField(required=False)
    created_at = serializers.DateTimeField()
    deadline_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(required=False)
    steps = SagaStepAnswer(many=True, required=False)


def saga_json(saga: SagaInstance, steps: list[SagaStep] | None = None) -> Json:
    """A saga, with its history when ``steps`` is given; ``employee_id`` is the id the record has or had."""
    error = {"code": saga.error_code, "message": error_sentence(saga), "details": saga.error_details}
    body = _given(
        {
            "id": saga.id,
            "name": saga.name,
            "state": saga.state,
            "step": saga.step,
            "employee_id": saga.data.get("employee", {}).get("employee_id"),
            "error": error if saga.error_code else None,
            "created_at": saga.created_at,
            "deadline_at": saga.deadline_at,
            "finished_at": saga.finished_at,
        }
    )
    if steps is not None:
        body["steps"] = [_saga_step_json(step) for step in steps]
    return body


def _saga_step_json(step: SagaStep) -> Json:
    return _given(
        {
            "name": step.name,
            "direction": step.direction,
            "status": step.status,
            "attempt": step.attempt,
            "error": step.error or None,
            "started_at": step.started_at,
            "finished_at": step.finished_at,
        }
    )
