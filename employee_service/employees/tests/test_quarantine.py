"""What HR does in the admin about employees' rows that an import set aside."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from common.legacy.choices import QuarantineState
from common.legacy.ids import employee_user_id, new_id
from common.legacy.models import ImportedRow, QuarantinedRow, ToDoItem
from common.messaging.models import EventRecord
from common.reference.models import CompanyRef, UserRef
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, write_legacy_file
from common.testing.legacy_runs import import_legacy
from common.testing.staff import sign_in
from employee_service.employees.models import Employee, Leave

pytestmark = pytest.mark.django_db

COMPANY, OTHER = new_id("companies", "company-1"), new_id("companies", "company-2")
ROWS = "/admin/legacy/quarantinedrow/"
Page = Callable[..., Any]


@pytest.fixture(autouse=True)
def _companies() -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=COMPANY, name="Nile", old_id="company-1")
        CompanyRef.objects.create(company_id=OTHER, name="Delta", old_id="company-2")


@pytest.fixture
def imported(tmp_path: Path) -> Callable[..., None]:
    """Import a file with these rows into the service."""

    def run(*employees: dict[str, Any], **tables: list[dict[str, Any]]) -> None:
        file = write_legacy_file(
            tmp_path / "old.db", companies=[company(1), company(2)], employees=employees, **tables
        )
        import_legacy(file, tmp_path / "reports")

    return run


@pytest.fixture
def hr(client: Client) -> Client:
    """A browser of HR of company-1."""
    sign_in(client, role="company_manager", company_id=COMPANY, name="Hessa HR")
    return client


@pytest.fixture
def group(client: Client) -> Client:
    """A browser of the group's own staff."""
    sign_in(client, role="super_admin")
    return client


def set_aside(old_id: str) -> QuarantinedRow:
    with all_companies("test"):
        return QuarantinedRow.objects.get(old_id=old_id)


def came_over(old_id: str) -> Employee | None:
    with all_companies("test"):
        return Employee.objects.filter(id=new_id("employees", old_id)).first()


def ledger(key: str, name: str = "employees") -> ImportedRow:
    with all_companies("test"):
        return ImportedRow.objects.get(name=name, key=key)


def page_of(row: QuarantinedRow) -> str:
    return f"{ROWS}{row.pk}/change/"


def press(client: Client, row: QuarantinedRow, button: str, **values: Any) -> str:
    """Fill in the row's page as it is shown, change these fields, press a button; answers what is said then."""
    shown = client.get(page_of(row)).context["form"]
    filled = {name: shown.get_initial_for_field(field, name) for name, field in shown.fields.items()}
    answer = client.post(page_of(row), {**filled, **values, button: "x"}, follow=True)
    assert answer.status_code == 200
    form = answer.context.get("form")
    return " ".join(map(str, [*answer.context["messages"], *(form.errors.values() if form else ())]))


def chosen(client: Client, action: str, rows: list[QuarantinedRow], **values: Any) -> Any:
    return client.post(ROWS, {"action": action, "_selected_action": [str(row.pk) for row in rows], **values})


def confirmed(client: Client, action: str, preview: Any, **values: Any) -> str:
    """Send the preview's form; answers what is said then."""
    hidden = {"action": action, "confirmed": "1", "select_across": "1", "ids": preview.context["ids"]}
    sent = {**hidden, "_selected_action": str(preview.context["first_id"]), **values}
    answer = client.post(ROWS, sent, follow=True)
    return " ".join(str(message) for message in answer.context["messages"])


def test_a_corrected_row_comes_over_as_the_import_would_have_brought_it(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0, civil_id="288010112345"), employee(2))
    row = set_aside("emp-1")
    said = press(hr, row, "_import", salary="300.500")
    assert "The row was imported." in said
    found = came_over("emp-1")
    assert found is not None
    assert (str(found.salary), found.civil_id, found.company_id) == ("300.500", "288010112345", COMPANY)
    assert found.user_id == employee_user_id("emp-1")
    row = set_aside("emp-1")
    assert (row.state, row.target_id) == (QuarantineState.IMPORTED, found.id)
    assert row.content["salary"] == -1.0
    assert row.corrections == {"salary": "300.500"}
    entered = ledger("emp-1")
    assert (entered.outcome, entered.target_id, entered.run_id) == ("imported", found.id, row.run_id)
    assert entered.state_hash is not None
    with all_companies("test"):
        events = list(EventRecord.objects.filter(aggregate_id=found.id).values_list("type", flat=True))
    assert events == ["employee.hired", "employee.row_corrected"]


def test_the_others_learn_of_a_corrected_employee_what_they_read_and_no_more(
    hr: Client, imported: Page
) -> None:
    imported(employee(1, salary=-1.0, civil_id="288010112345"))
    press(hr, set_aside("emp-1"), "_import", salary="1")
    with all_companies("test"):
        event = EventRecord.objects.get(type="employee.row_corrected")
    assert event.payload["key"] == "emp-1"
    assert event.payload["row"]["department"] == "المبيعات"
    assert not {"civil_id", "salary"} & event.payload["row"].keys()


def test_a_second_import_of_the_file_leaves_a_corrected_row_alone(
    hr: Client, imported: Page, tmp_path: Path
) -> None:
    imported(employee(1, salary=-1.0), employee(2))
    press(hr, set_aside("emp-1"), "_import", salary="300")
    again = import_legacy(tmp_path / "old.db", tmp_path / "again", run="again")
    assert again["tables"]["employees"]["quarantined"] == 0
    assert again["tables"]["employees"]["unchanged"] == 2
    found = came_over("emp-1")
    assert found is not None
    assert str(found.salary) == "300.000"
    assert set_aside("emp-1").state == QuarantineState.IMPORTED


def test_a_row_that_is_still_wrong_says_why_and_keeps_what_was_corrected(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0, date_of_birth="1990-02-31"))
    row = set_aside("emp-1")
    said = press(hr, row, "_import", salary="250")
    assert "date of birth (date_of_birth) is a day that does not exist" in said
    assert came_over("emp-1") is None
    row = set_aside("emp-1")
    assert (row.state, row.corrections) == (QuarantineState.WAITING, {"salary": "250"})
    assert row.problems == {"date_of_birth": "impossible_date"}
    assert "The row was imported." in press(hr, row, "_import", date_of_birth="28/02/1990")


def test_checking_a_row_imports_nothing(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0))
    said = press(hr, set_aside("emp-1"), "_check", salary="250")
    assert "can be imported as it is corrected" in said
    assert came_over("emp-1") is None
    with all_companies("test"):
        assert not EventRecord.objects.filter(type="employee.hired").exists()
    assert ledger("emp-1").outcome == "quarantined"
    assert set_aside("emp-1").state == QuarantineState.WAITING


def test_who_did_what_is_told_on_the_page(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0, date_of_birth="1990-02-31"))
    row = set_aside("emp-1")
    press(hr, row, "_import", salary="250")
    press(hr, row, "_import", date_of_birth="1990-02-28")
    with all_companies("test"):
        steps = list(row.history.order_by("id").values_list("step", "columns", "by_name"))
    assert steps == [
        ("corrected", ["salary"], "Hessa HR"),
        ("refused", [], "Hessa HR"),
        ("corrected", ["date_of_birth"], "Hessa HR"),
        ("imported", [], "Hessa HR"),
    ]
    page = hr.get(page_of(row)).content.decode()
    assert page.count("Hessa HR") >= 4
    assert f"/admin/employees/employee/{new_id('employees', 'emp-1')}/change/" in page


def test_a_correction_is_taken_back_by_writing_the_old_value(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0, position="Clerk"))
    row = set_aside("emp-1")
    press(hr, row, "_keep", position="Accountant")
    assert set_aside("emp-1").corrections == {"position": "Accountant"}
    press(hr, row, "_keep", position="Clerk")
    assert set_aside("emp-1").corrections == {}


def test_the_wrong_columns_come_first_and_all_can_be_changed(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0, status="suspended"))
    answer = hr.get(page_of(set_aside("emp-1")))
    form = answer.context["form"]
    assert {field.name for field, _about in form.wrong()} == {"salary", "status"}
    assert {"first_name", "hire_date", "phone"} <= {field.name for field, _about in form.others()}
    assert ("on_leave", "on leave") in form.fields["status"].choices


def test_a_row_without_an_id_gets_one(hr: Client, imported: Page) -> None:
    imported(employee(1, id=None, first_name="Nameless", arabic_name=None))
    row = set_aside("")
    assert "The row was imported." in press(hr, row, "_import", id="emp-new")
    found = came_over("emp-new")
    assert found is not None
    assert found.first_name == "Nameless"
    assert ledger(row.key).target_id == found.id


def test_a_repeated_id_is_refused_again_until_it_is_another(hr: Client, imported: Page) -> None:
    imported(employee(1), employee(1, first_name="Second", email="second@example.com"))
    row = set_aside("emp-1")
    page = hr.get(page_of(row)).content.decode()
    assert f"/admin/employees/employee/{new_id('employees', 'emp-1')}/change/" in page
    assert "An earlier row has the same id" in press(hr, row, "_import", id="emp-1")
    assert "The row was imported." in press(hr, row, "_import", id="emp-1b")
    first, second = came_over("emp-1"), came_over("emp-1b")
    assert first is not None
    assert second is not None
    assert (first.first_name, second.first_name) == ("محمد", "Second")


def test_an_orphan_is_given_to_a_company_by_the_group(group: Client, imported: Page) -> None:
    imported(employee(1, company_id="company-gone"))
    row = set_aside("emp-1")
    assert row.company_id is None
    form = group.get(page_of(row)).context["form"]
    assert ("company-2", "Delta") in form.fields["company_id"].choices
    assert "The row was imported." in press(group, row, "_import", company_id="company-2")
    found = came_over("emp-1")
    assert found is not None
    assert found.company_id == OTHER
    assert set_aside("emp-1").company_id == OTHER


def test_rows_of_no_company_and_of_others_are_hidden_from_hr(hr: Client, imported: Page) -> None:
    imported(employee(1, company_id="company-gone"), employee(2, company_id="company-2", salary=-1.0))
    assert "emp-" not in str(hr.get(ROWS).context["cl"].result_list)
    for old_id in ("emp-1", "emp-2"):
        assert hr.get(page_of(set_aside(old_id))).status_code == 302
        assert hr.post(page_of(set_aside(old_id)), {"_import": "x", "salary": "1"}).status_code == 403
        assert came_over(old_id) is None


def test_hr_cannot_bring_a_row_into_another_company(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0))
    row = set_aside("emp-1")
    said = press(hr, row, "_import", salary="1", company_id="company-2")
    assert "Select a valid choice" in said
    assert came_over("emp-1") is None
    with all_companies("test"):
        row.corrections = {"salary": "1", "company_id": "company-2"}
        row.save(update_fields=["corrected"])
    preview = chosen(hr, "reimport", [row])
    assert "The company is not in the file" in preview.content.decode()
    assert "still cannot be imported" in confirmed(hr, "reimport", preview)
    assert came_over("emp-1") is None


@pytest.mark.parametrize("role", ["employee", "supervisor", "worker"])
def test_whoever_may_not_edit_employees_neither_sees_nor_decides(
    client: Client, imported: Page, role: str
) -> None:
    imported(employee(1, salary=-1.0))
    sign_in(client, role=role, company_id=COMPANY)
    row = set_aside("emp-1")
    assert client.get(page_of(row)).status_code == 403
    assert client.post(page_of(row), {"_import": "x", "salary": "1"}).status_code == 403
    assert came_over("emp-1") is None


def test_a_salary_is_hidden_from_whoever_may_not_see_pay(client: Client, imported: Page) -> None:
    imported(employee(1, salary=987.5, date_of_birth="1990-02-31"))
    rights = ["employees:view", "employees:edit", "employees:create"]
    sign_in(client, role="company_manager", company_id=COMPANY, permissions=rights)
    row = set_aside("emp-1")
    assert "987.5" not in client.get(page_of(row)).content.decode()
    assert "The row was imported." in press(client, row, "_import", date_of_birth="")
    found = came_over("emp-1")
    assert found is not None
    assert str(found.salary) == "987.500"


def test_a_row_is_discarded_with_a_reason_and_put_back(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0))
    row = set_aside("emp-1")
    answer = hr.post(page_of(row), {"_discard": "x", "reason": ""})
    assert "This field is required." in answer.content.decode()
    hr.post(page_of(row), {"_discard": "x", "reason": "Left before we began"})
    row = set_aside("emp-1")
    assert (row.state, row.discard_reason) == (QuarantineState.DISCARDED, "Left before we began")
    assert "emp-1" not in str(hr.get(ROWS).context["cl"].result_list)
    assert "emp-1" in str(hr.get(f"{ROWS}?state=discarded").context["cl"].result_list)
    hr.post(page_of(row), {"_put_back": "x"})
    assert set_aside("emp-1").state == QuarantineState.WAITING


def test_what_somebody_decided_is_not_decided_again(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0))
    row = set_aside("emp-1")
    other = Client()
    sign_in(other, role="company_manager", company_id=COMPANY)
    hr.post(page_of(row), {"_discard": "x", "reason": "Twice in the file"})
    answer = other.post(page_of(row), {"_discard": "x", "reason": "Other"}, follow=True)
    assert "decided about this row meanwhile" in answer.content.decode()
    assert set_aside("emp-1").discard_reason == "Twice in the file"


def test_many_rows_are_imported_after_a_preview(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0), employee(2, salary=-2.0), employee(3, salary=-3.0))
    rows = [set_aside(f"emp-{number}") for number in (1, 2, 3)]
    for row in rows[:2]:
        press(hr, row, "_keep", salary="250")
    preview = chosen(hr, "reimport", rows)
    assert (preview.context["good"], preview.context["bad"]) == (2, 1)
    assert "salary (salary) is negative" in preview.content.decode()
    assert came_over("emp-1") is None
    said = confirmed(hr, "reimport", preview)
    assert "2 rows were imported." in said
    assert "1 row still cannot be imported" in said
    assert [came_over(row.old_id) is not None for row in rows] == [True, True, False]


def test_the_second_of_two_rows_with_one_id_does_not_come_over_with_the_first(
    hr: Client, imported: Page
) -> None:
    imported(employee(1, id=None), employee(2, id=None))
    with all_companies("test"):
        rows = list(QuarantinedRow.objects.order_by("key"))
    for row in rows:
        press(hr, row, "_keep", id="emp-same")
    preview = chosen(hr, "reimport", rows)
    assert (preview.context["good"], preview.context["bad"]) == (1, 1)
    assert "1 row was imported." in confirmed(hr, "reimport", preview)


def test_many_rows_are_discarded_after_a_preview(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0), employee(2, salary=-2.0))
    rows = [set_aside("emp-1"), set_aside("emp-2")]
    preview = chosen(hr, "discard", rows)
    assert "emp-1" in preview.content.decode()
    assert set_aside("emp-1").state == QuarantineState.WAITING
    said = confirmed(hr, "discard", preview, reason="Test data")
    assert "2 rows were discarded." in said
    assert {set_aside(row.old_id).discard_reason for row in rows} == {"Test data"}


def test_records_of_a_corrected_employee_come_over_after_them(hr: Client, imported: Page) -> None:
    leave = {"id": "leave-1", "employee_id": "emp-1", "type": "annual", "status": "pending"}
    dates = {"start_date": "2025-01-05", "end_date": "2025-01-09", "days": 5, "created_at": 1_755_001_515}
    imported(employee(1, salary=-1.0), employee_leaves=[leave | dates])
    employee_row, leave_row = set_aside("emp-1"), set_aside("leave-1")
    assert leave_row.reason == "unknown_employee"
    group = Client()
    sign_in(group, role="super_admin")
    preview = chosen(group, "reimport", [leave_row])
    assert preview.context["bad"] == 1
    press(hr, employee_row, "_keep", salary="1")
    preview = chosen(group, "reimport", [leave_row, employee_row])
    assert preview.context["good"] == 2
    assert "2 rows were imported." in confirmed(group, "reimport", preview)
    with all_companies("test"):
        assert Leave.objects.get().employee_id == new_id("employees", "emp-1")
    assert set_aside("leave-1").company_id == COMPANY


def test_an_employee_with_the_address_of_an_account_is_the_same_person(hr: Client, imported: Page) -> None:
    account = new_id("users", "user-1")
    with all_companies("test"):
        UserRef.objects.create(user_id=account, email="employee1@example.com", company_ids=[COMPANY])
    imported(employee(1, salary=-1.0))
    press(hr, set_aside("emp-1"), "_import", salary="1")
    found = came_over("emp-1")
    assert found is not None
    assert (found.user_id, found.email) == (account, "employee1@example.com")


def test_an_address_that_somebody_else_has_stays_out_and_is_listed(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0), employee(2, email="employee1@example.com"))
    press(hr, set_aside("emp-1"), "_import", salary="1")
    found = came_over("emp-1")
    assert found is not None
    assert found.email == ""
    with all_companies("test"):
        item = ToDoItem.objects.get(subject_id=found.id)
    assert (item.kind, item.detail) == ("duplicate_email", "employee1@example.com")


def test_letters_that_cannot_be_stored_are_suggested_without_them(hr: Client, imported: Page) -> None:
    imported(employee(1, first_name="a\x00b", position="محاسب".encode("cp1256")))
    row = set_aside("emp-1")
    form = hr.get(page_of(row)).context["form"]
    assert form.initial["first_name"] == "ab"
    assert form.initial["position"] == "محاسب"
    assert "The row was imported." in press(hr, row, "_import")
    found = came_over("emp-1")
    assert found is not None
    assert (found.first_name, found.position) == ("ab", "محاسب")


def test_the_list_says_how_many_wait_for_each_reason(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0), employee(2, salary=-1.0), employee(1))
    summary = {line["reason"]: line["count"] for line in hr.get(ROWS).context["summary"]}
    assert summary == {"Some values cannot be carried as they stand": 2, "An earlier row has the same id": 1}
    listed = hr.get(f"{ROWS}?reason__exact=repeated_id&table=employees").context["cl"].result_list
    assert [row.old_id for row in listed] == ["emp-1"]


def test_no_page_of_a_row_is_there_for_a_stranger(imported: Page, client: Client) -> None:
    imported(employee(1, salary=-1.0))
    answer = client.get(page_of(set_aside("emp-1")))
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


def test_ids_that_are_none_choose_nothing(hr: Client, imported: Page) -> None:
    imported(employee(1, salary=-1.0))
    row = set_aside("emp-1")
    sent: dict[str, Any] = {"action": "discard", "confirmed": "1", "reason": "x", "ids": "no id"}
    answer = hr.post(ROWS, {**sent, "_selected_action": str(row.pk)}, follow=True)
    assert answer.status_code == 200
    assert set_aside("emp-1").state == QuarantineState.WAITING
