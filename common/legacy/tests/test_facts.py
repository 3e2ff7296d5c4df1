"""What becomes of a row because of the rest of the file, and what a row says."""

from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.legacy.choices import Problem, QuarantineReason
from common.legacy.fact_store import FileFacts
from common.legacy.gathering import gather_facts
from common.legacy.ids import department_id, employee_user_id, new_id
from common.legacy.mapper import Quarantined, RowRefusedError
from common.legacy.monolith import TABLES
from common.legacy.old_companies import OldCompany, read_company
from common.legacy.old_employees import OldEmployee, read_employee
from common.legacy.old_users import OldUser, read_user
from common.legacy.reader import open_legacy
from common.legacy.tests.test_values import cells
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import SECOND, company, employee, user, write_legacy_file

KNOWN = known_facts(companies=["company-1", "company-2"])


def facts_of(folder: Path, **tables: Any) -> FileFacts:
    path = write_legacy_file(folder / "old.db", **tables)
    with open_legacy(path) as file:
        return gather_facts(file)


def test_an_employee_is_read_with_everything_the_row_says() -> None:
    found = read_employee(
        employee(
            1,
            english_name="Mohammed Ahmed",
            full_name="محمد أحمد إبراهيم",
            hire_date="31/12/2021",
            salary="1500 KD",
            gender="ذكر",
            civil_id=288010112345,
            job_title="محاسب",
            bank_account="KW81CBKU0000000000001234560101",
            shoe_size=44,
            documents="[]",
        )
    )
    assert found.hire_date == date(2021, 12, 31)
    assert found.salary == Decimal("1500.000")
    assert found.gender == "male"
    assert found.skills == ("sales", "العربية")
    assert found.texts == {"civil_id": "288010112345"}
    assert found.created_at == datetime.fromtimestamp(SECOND, UTC)
    assert found.leftovers == {"bank_account": "KW81CBKU0000000000001234560101", "shoe_size": 44}
    assert found.company_id == new_id("companies", "company-1")
    assert found.department_id == department_id(found.company_id, "المبيعات")
    assert found.name == "محمد أحمد إبراهيم"


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    with pytest.raises(RowRefusedError) as refused:
        read_employee(employee(1, salary=-1, skills="[sales,", status="suspended", first_name="a\x00"))
    assert refused.value.problems == {
        "salary": Problem.NEGATIVE,
        "skills": Problem.BROKEN_JSON,
        "status": Problem.UNKNOWN_WORD,
        "first_name": Problem.UNSTORABLE_CHARACTERS,
    }


def test_a_name_is_taken_from_the_full_name_when_there_is_no_other() -> None:
    found = read_employee(
        employee(1, first_name=None, last_name="", arabic_name=None, full_name="Ana de Souza")
    )
    assert (found.first_name, found.last_name, found.full_name_en) == ("Ana", "de Souza", "Ana de Souza")


def test_old_spellings_of_roles_and_permissions_are_understood() -> None:
    found = read_user(
        user(1, role="administrative_employee", permissions='["employees_view", "leave_requests_view"]')
    )
    assert found.role == "employee"
    assert found.permissions == ("employees:view", "leave_requests:view")
    assert read_user(user(1, permissions='["all"]')).permissions == ("all",)


def test_a_company_is_not_set_aside_for_an_optional_value() -> None:
    found = read_company(company(1, website="www.nile.example", email="no", establishment_date="1990-02-31"))
    assert found.website == "https://www.nile.example"
    assert found.unreadable == {"email": Problem.NOT_AN_EMAIL, "establishment_date": Problem.IMPOSSIBLE_DATE}
    with pytest.raises(RowRefusedError):
        read_company(company(1, name=" "))


@given(
    st.sampled_from(
        [("users", read_user), ("companies", read_company), ("employees", read_employee)]
    ).flatmap(
        lambda table: st.tuples(
            st.just(table[1]), st.dictionaries(st.sampled_from(sorted(TABLES[table[0]])), cells, max_size=40)
        )
    )
)
def test_no_row_makes_a_reader_raise_anything_but_its_refusal(case: tuple[Any, dict[str, Any]]) -> None:
    read, row = case
    with suppress(RowRefusedError):
        read(row)


@given(st.dictionaries(st.sampled_from(["id", "company_id", "email", "first_name"]), cells))
def test_every_row_is_either_carried_or_set_aside_with_a_reason(row: dict[str, Any]) -> None:
    for accept in (KNOWN.user, KNOWN.employee, KNOWN.company):
        assert isinstance(accept(row, 0), OldUser | OldEmployee | OldCompany | Quarantined)


@pytest.mark.parametrize("company_id", ["company-gone", None, "", 7])
def test_an_employee_without_a_known_company_is_an_orphan(company_id: Any) -> None:
    found = KNOWN.employee(employee(1, company_id=company_id), 0)
    assert isinstance(found, Quarantined)
    assert found.reason is QuarantineReason.UNKNOWN_COMPANY
    assert found.company_id is None


def test_an_account_may_be_without_a_company_but_not_in_an_unknown_one() -> None:
    assert isinstance(KNOWN.user(user(1, company_id=None), 0), OldUser)
    found = KNOWN.user(user(1, company_id="company-gone"), 0)
    assert isinstance(found, Quarantined)
    assert found.reason is QuarantineReason.UNKNOWN_COMPANY


def test_a_row_without_an_id_is_set_aside_for_its_company() -> None:
    found = KNOWN.employee(employee(1, id=None), 0)
    assert isinstance(found, Quarantined)
    assert (found.reason, found.company_id) == (QuarantineReason.MISSING_ID, new_id("companies", "company-1"))


def test_people_of_a_company_that_cannot_be_carried_are_orphans(tmp_path: Path) -> None:
    facts = facts_of(tmp_path, companies=[company(1), company(2, name=None)])
    assert facts.carried_company("company-1") == new_id("companies", "company-1")
    assert facts.carried_company("company-2") is None
    assert isinstance(facts.employee(employee(1, company_id="company-2"), 1), Quarantined)


def test_the_first_of_two_rows_with_one_id_is_carried(tmp_path: Path) -> None:
    rows = [employee(1), employee(2), employee(1, first_name="أخرى")]
    facts = facts_of(tmp_path, companies=[company(1)], employees=rows)
    found = [facts.employee(row, place) for place, row in enumerate(rows, 1)]
    assert isinstance(found[0], OldEmployee)
    assert isinstance(found[1], OldEmployee)
    assert isinstance(found[2], Quarantined)
    assert found[2].reason is QuarantineReason.REPEATED_ID


def test_the_first_of_two_accounts_with_one_address_is_carried(tmp_path: Path) -> None:
    rows = [user(1, email="One@example.com"), user(2, email="one@EXAMPLE.com ")]
    facts = facts_of(tmp_path, companies=[company(1)], users=rows)
    assert isinstance(facts.user(rows[0], 1), OldUser)
    found = facts.user(rows[1], 2)
    assert isinstance(found, Quarantined)
    assert found.reason is QuarantineReason.REPEATED_EMAIL


def test_an_account_that_is_set_aside_has_no_claim_to_its_address(tmp_path: Path) -> None:
    rows = [user(1, email="one@example.com", role="emperor"), user(2, email="one@example.com")]
    facts = facts_of(tmp_path, companies=[company(1)], users=rows)
    assert isinstance(facts.user(rows[1], 2), OldUser)


def test_an_account_and_an_employee_who_alone_share_an_address_are_one_person(tmp_path: Path) -> None:
    facts = facts_of(
        tmp_path,
        companies=[company(1), company(2)],
        users=[user(1), user(2), user(3, company_id=None)],
        employees=[
            employee(1, email="USER1@example.com"),
            employee(2, email="user2@example.com", company_id="company-2"),
            employee(3, email="user3@example.com"),
            employee(4),
        ],
    )
    assert facts.account_of("emp-1") == new_id("users", "user-1")
    assert facts.account_of("emp-3") == new_id("users", "user-3")
    assert facts.keeps_email("employees", "emp-1", "user1@example.com")
    # Another company stands between them: it may be somebody else.
    assert facts.account_of("emp-2") == employee_user_id("emp-2")
    assert not facts.keeps_email("employees", "emp-2", "user2@example.com")
    assert facts.account_of("emp-4") == employee_user_id("emp-4")


def test_of_employees_who_share_an_address_the_first_keeps_it(tmp_path: Path) -> None:
    rows = [employee(n, email="Shared@example.com") for n in range(1, 4)]
    facts = facts_of(tmp_path, companies=[company(1)], employees=rows)
    kept = [facts.keeps_email("employees", f"emp-{n}", "shared@example.com") for n in range(1, 4)]
    assert kept == [True, False, False]
    assert facts.account_of("emp-1") == employee_user_id("emp-1")
