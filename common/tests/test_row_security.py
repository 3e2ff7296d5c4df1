"""Nobody reads or writes another company's rows in the tables that every service has."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import ProgrammingError, transaction

from common.api.models import IdempotencyKey
from common.legacy.choices import (
    ConflictKind,
    QuarantineReason,
    QuarantineStep,
    RowOutcome,
    SubjectKind,
    ToDoKind,
)
from common.legacy.models import (
    HandedOverCompany,
    ImportConflict,
    ImportedRow,
    ImportRun,
    QuarantineAction,
    QuarantinedRow,
    ToDoItem,
)
from common.messaging.models import EventRecord, ParkedEvent
from common.privacy.choices import AccessAction, Door
from common.privacy.choices import SubjectKind as PrivacySubject
from common.privacy.models import Access, Erasure
from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef
from common.sagas.models import SagaEffect, SagaFence, SagaInstance, SagaStep
from common.security.tenancy import all_companies, company_scope
from common.staff.models import StaffUser
from common.testing.row_security import RowSecurityRules

MOMENT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def event(company_id: UUID) -> None:
    EventRecord.objects.create(type="employee.hired", aggregate_id=uuid4(), company_id=company_id, payload={})


def parked_event(company_id: UUID) -> None:
    ParkedEvent.objects.create(
        producer="company",
        position=1,
        event_id=uuid4(),
        type="company.updated",
        aggregate_id=company_id,
        company_id=company_id,
        envelope={},
        error="",
        attempts=1,
    )


def saga(company_id: UUID) -> SagaInstance:
    return SagaInstance.objects.create(
        name="toy", version="1", company_id=company_id, data={}, step="one", deadline_at=MOMENT
    )


def saga_step(company_id: UUID, saga_id: UUID | None = None) -> None:
    SagaStep.objects.create(
        saga_id=saga_id or uuid4(), company_id=company_id, name="one", direction="do", attempt=1, fence=1
    )


def saga_fence(company_id: UUID) -> None:
    SagaFence.objects.create(saga_id=uuid4(), company_id=company_id, fence=1)


def saga_effect(company_id: UUID) -> None:
    SagaEffect.objects.create(
        saga_id=uuid4(), company_id=company_id, step="one", direction="do", status="done", fence=1
    )


def idempotency_key(company_id: UUID) -> None:
    IdempotencyKey.objects.create(
        company_id=company_id, user_id=uuid4(), key="k", method="POST", path="/", body_hash="0"
    )


def company_copy(company_id: UUID) -> None:
    CompanyRef.objects.create(company_id=company_id, name="Gulf Union")


def department_copy(company_id: UUID) -> None:
    DepartmentRef.objects.create(department_id=uuid4(), company_id=company_id, name="Sales")


def employee_copy(company_id: UUID) -> None:
    EmployeeRef.objects.create(employee_id=uuid4(), company_id=company_id, user_id=uuid4())


def quarantined_row(company_id: UUID, run_id: UUID | None = None) -> QuarantinedRow:
    return QuarantinedRow.objects.create(
        id=uuid4(),
        run_id=run_id or uuid4(),
        company_id=company_id,
        table="employees",
        reason=QuarantineReason.MISSING_ID,
        content={},
    )


def todo_item(company_id: UUID, run_id: UUID | None = None) -> None:
    ToDoItem.objects.create(
        id=uuid4(),
        run_id=run_id or uuid4(),
        company_id=company_id,
        kind=ToDoKind.values[0],
        subject_kind=SubjectKind.values[0],
        subject_id=uuid4(),
        subject_name="Noura",
    )


def quarantine_action(company_id: UUID, row_id: UUID | None = None) -> None:
    QuarantineAction.objects.create(
        row_id=row_id or uuid4(), company_id=company_id, step=QuarantineStep.values[0]
    )


def import_conflict(company_id: UUID, run_id: UUID | None = None) -> None:
    ImportConflict.objects.create(
        run_id=run_id or uuid4(),
        company_id=company_id,
        name="employees",
        key="emp-1",
        kind=ConflictKind.values[0],
    )


def handed_over_company(company_id: UUID) -> None:
    HandedOverCompany.objects.create(company_id=company_id)


def person_access(company_id: UUID) -> None:
    Access.objects.create(
        company_id=company_id,
        subject_kind=PrivacySubject.values[0],
        subject_id=uuid4(),
        actor_id=uuid4(),
        action=AccessAction.values[0],
        door=Door.values[0],
        place="/employees",
    )


def erasure(company_id: UUID) -> None:
    Erasure.objects.create(company_id=company_id, kind=PrivacySubject.values[0], subject_id=uuid4())


def staff_user(company_id: UUID) -> None:
    StaffUser.objects.create(
        id=uuid4(), email=f"{uuid4()}@example.com", role="company_manager", company_id=company_id
    )


WRITERS: dict[str, Callable[[UUID], object]] = {
    "companies_ref": company_copy,
    "departments_ref": department_copy,
    "employees_ref": employee_copy,
    "erasures": erasure,
    "event_log": event,
    "handed_over_companies": handed_over_company,
    "idempotency_keys": idempotency_key,
    "import_conflicts": import_conflict,
    "parked_events": parked_event,
    "person_accesses": person_access,
    "quarantine_actions": quarantine_action,
    "quarantined_rows": quarantined_row,
    "saga_effects": saga_effect,
    "saga_fences": saga_fence,
    "saga_steps": saga_step,
    "sagas": saga,
    "staff_users": staff_user,
    "todo_items": todo_item,
}
# They refer to a row of another table, so that one is written first.
OF_OTHER_ROWS = frozenset(
    {"import_conflicts", "quarantine_actions", "quarantined_rows", "saga_steps", "sagas", "todo_items"}
)
# It names companies and serves imports alone: no company sees any row of it.
OF_NO_COMPANY = "imported_rows"


class TestRowSecurity(RowSecurityRules):
    tables: ClassVar[frozenset[str]] = frozenset(WRITERS)

    def fill(self, company_id: UUID) -> None:
        with all_companies("runs belong to no company"):
            run = ImportRun.objects.create(name="test", source="old.db", fingerprint="0")
        saga_step(company_id, saga(company_id).id)
        quarantine_action(company_id, quarantined_row(company_id, run.id).id)
        todo_item(company_id, run.id)
        import_conflict(company_id, run.id)
        for table in self.tables - OF_OTHER_ROWS:
            WRITERS[table](company_id)

    @pytest.mark.parametrize("table", WRITERS)
    def test_no_row_of_any_table_is_written_for_another_company(self, table: str) -> None:
        with company_scope(uuid4()), pytest.raises(ProgrammingError, match=f'row-level security.*"{table}"'):
            WRITERS[table](uuid4())

    @pytest.mark.parametrize("table", WRITERS)
    def test_no_row_of_any_table_is_written_outside_every_scope(self, table: str) -> None:
        with transaction.atomic(), pytest.raises(ProgrammingError, match=f'row-level security.*"{table}"'):
            WRITERS[table](uuid4())

    def test_every_table_of_common_that_has_a_company_is_among_these(self) -> None:
        """One that is added must be filled above."""
        of_common = {
            model._meta.db_table
            for model in apps.get_models()
            if model.__module__.startswith("common.")
            and any(field.column == "company_id" for field in model._meta.local_concrete_fields)
        }
        assert of_common == self.tables | {OF_NO_COMPANY}

    def test_the_ledger_of_imports_is_for_those_who_see_every_company(self) -> None:
        company_id = uuid4()
        with all_companies("an import"):
            run = ImportRun.objects.create(name="test", source="old.db", fingerprint="0")
            ImportedRow.objects.create(
                name="employees",
                key="emp-1",
                outcome=RowOutcome.values[0],
                run_id=run.id,
                company_id=company_id,
                source_hash=1,
            )
            assert ImportedRow.objects.exists()
        with company_scope(company_id):
            assert not ImportedRow.objects.exists()
