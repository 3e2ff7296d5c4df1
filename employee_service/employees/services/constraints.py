"""Turns a violated database constraint into the refusal that it stands for."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from common.errors import DomainError, ValidationError
from employee_service.employees.exceptions import (
    EmployeeExistsError,
    EmployeeNumberTakenError,
    OverlappingLeaveError,
    RelationshipExistsError,
    UnknownManagerError,
    UnknownRelatedEmployeeError,
    UnknownReviewerError,
)
from employee_service.employees.models import (
    Deduction,
    Employee,
    Leave,
    PerformanceReview,
    Relationship,
)

_REFUSALS: dict[str, type[DomainError]] = {
    "an_employee_number_is_used_once_in_a_company": EmployeeNumberTakenError,
    "an_email_belongs_to_one_employee_of_a_company": EmployeeExistsError,
    "a_person_is_employed_once_in_a_company": EmployeeExistsError,
    "a_manager_works_in_the_same_company": UnknownManagerError,
    "a_line_between_two_employees_is_open_once": RelationshipExistsError,
    "a_line_stays_in_its_company": UnknownRelatedEmployeeError,
    "leaves_of_a_person_do_not_overlap": OverlappingLeaveError,
    "a_reviewer_works_in_the_same_company": UnknownReviewerError,
}
_SENTENCES = {
    constraint.name: constraint.violation_error_message
    for model in (Employee, Relationship, Leave, Deduction, PerformanceReview)
    for constraint in model._meta.constraints
}


@contextmanager
def refusing_violations() -> Iterator[None]:
    """A savepoint that raises the DomainError of the constraint that the statements inside violate."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        violated = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if violated in _REFUSALS:
            raise _REFUSALS[violated] from error
        if violated in _SENTENCES:
            raise ValidationError(_SENTENCES[violated]) from error
        raise
