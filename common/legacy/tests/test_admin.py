"""What HR and the group's staff see of an import, and do about it."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.ids import new_id
from common.legacy.models import ImportConflict, ImportRun, QuarantinedRow, ToDoItem
from common.security.tenancy import all_companies
from common.testing.staff import sign_in
from common.testing.tokens import trust_test_key

pytestmark = pytest.mark.django_db

COMPANY = new_id("companies", "company-1")
RUNS, ROWS, ITEMS, CONFLICTS = (
    f"/admin/legacy/{name}/" for name in ("importrun", "quarantinedrow", "todoitem", "importconflict")
)


@pytest.fixture(autouse=True)
def _trusted() -> None:
    trust_test_key()


@pytest.fixture
def run() -> ImportRun:
    with all_companies("test"):
        made = ImportRun.objects.create(name="first", source="old.db", fingerprint="0")
        made.tables.create(name="employees", source_rows=7)
        return made


@pytest.fixture
def row(run: ImportRun) -> QuarantinedRow:
    with all_companies("test"):
        return QuarantinedRow.objects.create(
            id=uuid4(),
            run=run,
            company_id=COMPANY,
            table="employees",
            old_id="emp-1",
            reason=QuarantineReason.UNREADABLE_VALUES,
            problems={"salary": "negative"},
            content={"id": "emp-1", "notes": "<b>ملاحظة</b>", "password": "$2b$12$secret", "salary": -1.0},
        )


def item(run: ImportRun, name: str, company_id: UUID | None = COMPANY) -> ToDoItem:
    with all_companies("test"):
        return ToDoItem.objects.create(
            id=uuid4(),
            run=run,
            company_id=company_id,
            kind=ToDoKind.MISSING_HIRE_DATE,
            subject_kind=SubjectKind.EMPLOYEE,
            subject_id=uuid4(),
            subject_name=name,
        )


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_runs_are_for_the_groups_staff(client: Client, run: ImportRun) -> None:
    sign_in(client, role="company_manager", company_id=COMPANY)
    assert client.get(RUNS).status_code == 403
    other = Client()
    sign_in(other, role="super_admin")
    assert "first" in text(other, RUNS)
    page = text(other, f"{RUNS}{run.pk}/change/")
    assert "employees" in page
    assert ">7<" in page


def test_a_run_leads_to_what_it_set_aside_and_left_to_do(
    client: Client, run: ImportRun, row: QuarantinedRow
) -> None:
    item(run, "محمد")
    with all_companies("test"):
        details = {"reasons": {"unreadable_values": 1}, "todo": {"missing_hire_date": 1}}
        run.tables.update(quarantined=1, done=1, details=details)
        QuarantinedRow.objects.update(entry="employees")
    sign_in(client, role="super_admin")
    page = text(client, f"{RUNS}{run.pk}/change/")
    assert "Some values cannot be carried as they stand: 1" in page
    assert "has no hire date: 1" in page
    for address, found in {
        f"{ROWS}?run__id__exact={run.pk}": "emp-1",
        f"{ROWS}?run__id__exact={run.pk}&entry__exact=employees&state=all": "emp-1",
        f"{ITEMS}?run__id__exact={run.pk}": "محمد",
    }.items():
        assert address.replace("&", "&amp;") in page
        assert found in text(client, address)


def test_what_both_sides_changed_is_listed_for_the_company(client: Client, run: ImportRun) -> None:
    with all_companies("test"):
        for key, company_id in (("emp-1", COMPANY), ("emp-2", uuid4())):
            ImportConflict.objects.create(
                run=run,
                name="employees",
                key=key,
                kind="left_behind",
                target_id=uuid4(),
                company_id=company_id,
            )
    sign_in(client, role="company_manager", company_id=COMPANY)
    page = text(client, CONFLICTS)
    assert "emp-1" in page
    assert "emp-2" not in page
    other = Client()
    sign_in(other, role="employee", company_id=COMPANY)
    assert other.get(CONFLICTS).status_code == 403


def test_items_and_rows_are_narrowed_to_a_company_or_none(
    client: Client, run: ImportRun, row: QuarantinedRow
) -> None:
    item(run, "محمد")
    item(run, "Person of no company", None)
    sign_in(client, role="super_admin")
    assert "محمد" in text(client, f"{ITEMS}?company={COMPANY}")
    assert "محمد" not in text(client, f"{ITEMS}?company=none")
    assert "Person of no company" in text(client, f"{ITEMS}?company=none")
    assert "emp-1" in text(client, f"{ROWS}?company={COMPANY}")
    assert "emp-1" not in text(client, f"{ROWS}?company=none")
    assert "emp-1" not in text(client, f"{ROWS}?company=no-id")


def test_a_row_set_aside_is_shown_with_what_is_wrong_and_without_its_password(
    client: Client, row: QuarantinedRow
) -> None:
    sign_in(client, role="company_manager", company_id=COMPANY)
    assert "salary (salary) is negative" in text(client, f"{ROWS}?reason__exact=unreadable_values")
    page = text(client, f"{ROWS}{row.pk}/change/")
    assert "&lt;b&gt;ملاحظة&lt;/b&gt;" in page
    assert "$2b$12$secret" not in page


def test_a_reader_of_arabic_sees_why_in_arabic(client: Client, row: QuarantinedRow) -> None:
    with all_companies("test"):
        QuarantinedRow.objects.update(detail="CONFLICT: This conflicts with existing data.")
    sign_in(client, role="company_manager", company_id=COMPANY)
    client.cookies["django_language"] = "ar"
    page = text(client, f"{ROWS}{row.pk}/change/")
    assert "(salary) سالب (CONFLICT: يتعارض هذا مع بيانات موجودة.)" in page


def test_rows_set_aside_are_hidden_from_whoever_may_not_edit_employees(
    client: Client, row: QuarantinedRow
) -> None:
    sign_in(client, role="employee", company_id=COMPANY)
    assert client.get(ROWS).status_code == 403
    assert client.get(f"{ROWS}{row.pk}/change/").status_code == 403


def test_staff_of_a_company_see_its_work_only(client: Client, run: ImportRun) -> None:
    item(run, "محمد")
    item(run, "Foreign Person", uuid4())
    item(run, "Person of no company", None)
    sign_in(client, role="company_manager", company_id=COMPANY)
    page = text(client, ITEMS)
    assert "محمد" in page
    assert "has no hire date" in page
    assert "Foreign Person" not in page
    assert "Person of no company" not in page


def test_an_item_is_marked_done_and_put_back(client: Client, run: ImportRun) -> None:
    done, left = item(run, "First Person"), item(run, "Second Person")
    member = sign_in(client, role="company_manager", company_id=COMPANY)
    client.post(ITEMS, {"action": "mark_done", "_selected_action": [str(done.pk)]})
    with all_companies("test"):
        done.refresh_from_db()
    assert done.resolved_at is not None
    assert done.resolved_by == member.pk
    assert "First Person" not in text(client, ITEMS)
    assert left.subject_name in text(client, ITEMS)
    assert "First Person" in text(client, f"{ITEMS}?state=done")
    client.post(f"{ITEMS}?state=done", {"action": "mark_waiting", "_selected_action": [str(done.pk)]})
    assert "First Person" in text(client, ITEMS)


def test_whoever_may_not_edit_employees_marks_nothing(client: Client, run: ImportRun) -> None:
    kept = item(run, "First Person")
    sign_in(client, role="employee", company_id=COMPANY)
    assert "First Person" in text(client, ITEMS)
    client.post(ITEMS, {"action": "mark_done", "_selected_action": [str(kept.pk)]})
    with all_companies("test"):
        kept.refresh_from_db()
    assert kept.resolved_at is None


def test_a_foreign_item_cannot_be_marked(client: Client, run: ImportRun) -> None:
    foreign = item(run, "Foreign Person", uuid4())
    sign_in(client, role="company_manager", company_id=COMPANY)
    client.post(ITEMS, {"action": "mark_done", "_selected_action": [str(foreign.pk)]})
    with all_companies("test"):
        foreign.refresh_from_db()
    assert foreign.resolved_at is None


def test_nothing_is_edited_or_deleted_by_hand(client: Client, row: QuarantinedRow) -> None:
    sign_in(client, role="super_admin")
    assert client.get(f"{ROWS}add/").status_code == 403
    assert client.post(f"{ROWS}{row.pk}/delete/", {"post": "yes"}).status_code == 403
