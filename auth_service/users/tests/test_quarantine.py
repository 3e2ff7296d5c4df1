"""Old rows that people correct: accounts in the admin, employees as the employee service tells of them."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client

from auth_service.users.models import Membership, User
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.tests.factories import PASSWORD, member
from auth_service.users.tests.test_consumers import receive as receive_in_scope
from common.contracts.company import CompanyHandedOver
from common.contracts.employee import EmployeeRowCorrected
from common.legacy.choices import QuarantineState
from common.legacy.ids import employee_user_id, new_id
from common.legacy.models import HandedOverCompany, ImportedRow, QuarantinedRow
from common.messaging.models import EventRecord
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, user, write_legacy_file
from common.testing.legacy_runs import import_legacy

pytestmark = pytest.mark.usefixtures("committed_db")

COMPANY = new_id("companies", "company-1")
Import = Callable[..., None]


@pytest.fixture(autouse=True)
def _company(committed_db: None) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=COMPANY, name="Nile", old_id="company-1")


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Import a file with these tables into the service."""

    def run(**tables: list[dict[str, Any]]) -> None:
        file = write_legacy_file(tmp_path / "old.db", companies=[company(1)], **tables)
        import_legacy(file, tmp_path / "reports")

    return run


def browser(person: User) -> Client:
    client = Client()
    answer = client.post("/admin/login/?next=/admin/", {"username": person.email, "password": PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


def row(old_id: str) -> QuarantinedRow:
    with all_companies("test"):
        return QuarantinedRow.objects.get(old_id=old_id)


def page_of(old_id: str) -> str:
    return f"/admin/legacy/quarantinedrow/{row(old_id).pk}/change/"


def press(client: Client, old_id: str, button: str, **values: Any) -> str:
    shown = client.get(page_of(old_id)).context["form"]
    filled = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    filled = {name: value for name, value in filled.items() if value is not False}
    answer = client.post(page_of(old_id), {**filled, **values, button: "x"}, follow=True)
    assert answer.status_code == 200
    return " ".join(str(message) for message in answer.context["messages"])


def account(user_id: UUID) -> User | None:
    with all_companies("test"):
        return User.objects.filter(id=user_id).first()


def receive(*events: Any) -> None:
    with all_companies("inbox"):
        receive_in_scope(*events)


def corrected(**values: Any) -> EmployeeRowCorrected:
    row: dict[str, str | int | float | None] = {
        "id": "emp-1",
        "company_id": "company-1",
        "first_name": "محمد",
        "last_name": "أحمد",
        "email": "employee1@example.com",
        "created_at": 1_755_001_515,
    }
    return EmployeeRowCorrected(
        employee_id=new_id("employees", "emp-1"),
        company_id=COMPANY,
        user_id=values.get("user_id", employee_user_id("emp-1")),
        key="emp-1",
        row=row,
    )


def test_a_corrected_account_comes_over_with_its_password_and_role(imported: Import) -> None:
    imported(users=[user(1, role="emperor")])
    group = browser(member(None, "super_admin"))
    page = group.get(page_of("user-1"))
    assert "password" not in page.context["form"].fields
    assert ("supervisor", "supervisor") in page.context["form"].fields["role"].choices
    assert "The row was imported." in press(group, "user-1", "_import", role="supervisor")
    found = account(new_id("users", "user-1"))
    assert found is not None
    with all_companies("test"):
        assert Membership.objects.get(user=found).role.name == "supervisor"
        assert EventRecord.objects.filter(type="user.created", aggregate_id=found.id).exists()
    assert user_authenticate(email="user1@example.com", password="legacy-pass-123").id == found.id


def test_an_address_that_was_taken_is_given_another(imported: Import) -> None:
    imported(users=[user(1), user(2, email="USER1@example.com")])
    group = browser(member(None, "super_admin"))
    said = press(group, "user-2", "_import")
    assert "An earlier account has the same e-mail address" in said
    assert "The row was imported." in press(group, "user-2", "_import", email="second@example.com")
    found = account(new_id("users", "user-2"))
    assert found is not None
    assert found.email == "second@example.com"


def test_a_manager_brings_no_account_as_high_as_their_own(imported: Import) -> None:
    imported(users=[user(1, role="emperor"), user(2, role="emperor")])
    manager = browser(member(COMPANY, "company_manager"))
    for role in ("super_admin", "company_manager"):
        said = press(manager, "user-1", "_import", role=role)
        assert "Only somebody with a higher role may import an account with this role." in said
    assert account(new_id("users", "user-1")) is None
    assert "The row was imported." in press(manager, "user-1", "_import", role="worker")
    assert account(new_id("users", "user-1")) is not None


def test_a_manager_brings_no_account_of_no_company(imported: Import) -> None:
    imported(users=[user(1, role="emperor")])
    manager = browser(member(COMPANY, "company_manager"))
    said = press(manager, "user-1", "_import", role="worker", company_id="")
    assert "does not belong to your company" in said
    assert account(new_id("users", "user-1")) is None


def test_an_unusable_password_is_left_out_and_never_shown(imported: Import) -> None:
    imported(users=[user(1, password="x" * 300)])
    group = browser(member(None, "super_admin"))
    page = group.get(page_of("user-1"))
    assert "x" * 300 not in page.content.decode()
    assert "The row was imported." in press(group, "user-1", "_import", password="on")
    found = account(new_id("users", "user-1"))
    assert found is not None
    assert not found.has_usable_password()


def test_an_employee_corrected_elsewhere_gets_the_account_that_the_import_left_out(imported: Import) -> None:
    imported(employees=[employee(1, salary=-1.0)])
    account_id = employee_user_id("emp-1")
    assert account(account_id) is None
    receive(corrected())
    found = account(account_id)
    assert found is not None
    assert (found.email, found.is_active) == ("employee1@example.com", False)
    with all_companies("test"):
        assert Membership.objects.get(user=found).company_id == COMPANY
        entered = ImportedRow.objects.get(name="employees", key="emp-1")
    assert (entered.outcome, entered.target_id) == ("imported", account_id)


def test_an_account_of_a_corrected_employee_stays_when_the_old_row_changes_and_is_still_wrong(
    imported: Import, tmp_path: Path
) -> None:
    imported(employees=[employee(1, salary=-1.0), employee(2)])
    receive(corrected())
    changed = write_legacy_file(
        tmp_path / "new.db", companies=[company(1)], employees=[employee(1, salary=-2.0), employee(2)]
    )
    report = import_legacy(changed, tmp_path / "new", run="new", incremental=True)
    assert report["tables"]["employees"]["unchanged"] == 2
    assert account(employee_user_id("emp-1")) is not None
    assert account(employee_user_id("emp-2")) is not None


def test_a_rollback_keeps_the_account_of_a_corrected_employee(imported: Import, tmp_path: Path) -> None:
    imported(employees=[employee(1, salary=-1.0), employee(2)])
    receive(corrected())
    call_command("rollback_legacy", run="test", report_dir=tmp_path / "back", stdout=io.StringIO())
    assert account(employee_user_id("emp-1")) is not None
    assert account(employee_user_id("emp-2")) is None


def test_hearing_of_a_corrected_employee_twice_changes_nothing(imported: Import) -> None:
    imported(employees=[employee(1, salary=-1.0)])
    receive(corrected())
    receive(corrected())
    with all_companies("test"):
        assert User.objects.filter(email="employee1@example.com").count() == 1
        assert EventRecord.objects.filter(type="user.created").count() == 1


def test_an_employee_who_has_an_account_gets_no_second_one(imported: Import) -> None:
    imported(users=[user(1, email="employee1@example.com")], employees=[employee(1, salary=-1.0)])
    receive(corrected(user_id=new_id("users", "user-1")))
    assert account(employee_user_id("emp-1")) is None
    with all_companies("test"):
        assert ImportedRow.objects.get(name="employees", key="emp-1").outcome == "merged"


def test_before_any_import_nothing_is_taken_from_a_corrected_employee() -> None:
    receive(corrected())
    assert account(employee_user_id("emp-1")) is None


def test_a_company_handed_over_elsewhere_is_handed_over_here() -> None:
    by = uuid4()
    receive(CompanyHandedOver(company_id=COMPANY, handed_over_by=by))
    receive(CompanyHandedOver(company_id=COMPANY, handed_over_by=uuid4()))
    with all_companies("test"):
        assert HandedOverCompany.objects.get().handed_over_by == by


def test_a_discarded_account_stays_out(imported: Import) -> None:
    imported(users=[user(1, role="emperor")])
    group = browser(member(None, "super_admin"))
    group.post(page_of("user-1"), {"_discard": "x", "reason": "A test account"})
    assert row("user-1").state == QuarantineState.DISCARDED
    assert account(new_id("users", "user-1")) is None
