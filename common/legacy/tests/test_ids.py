"""The rule by which six services agree on new ids."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from common.legacy import ids


def test_the_ids_of_imported_rows_never_change() -> None:
    """Databases in use were filled by these: a change here would import everything a second time."""
    company = ids.new_id("companies", "company-1")
    assert company == UUID("328c9ac7-8144-558c-b8fd-6c403ee349ea")
    assert ids.employee_user_id("emp-1") == UUID("7145162e-529a-53d7-914f-f3b4698181f6")
    assert ids.department_id(company, "المبيعات") == UUID("0b545513-c672-5a3e-a939-f652ca505ce3")


@given(st.text(), st.text())
def test_different_old_ids_get_different_new_ones(one: str, other: str) -> None:
    assert (ids.new_id("employees", one) == ids.new_id("employees", other)) is (one == other)


def test_the_same_old_id_in_two_tables_is_two_things() -> None:
    assert ids.new_id("users", "1") != ids.new_id("employees", "1")
    assert ids.employee_user_id("1") != ids.new_id("users", "1")


def test_departments_are_told_apart_by_company_and_not_by_spelling() -> None:
    one, other = ids.new_id("companies", "1"), ids.new_id("companies", "2")
    assert ids.department_id(one, "الإدارة  العامّة") == ids.department_id(one, " الادارة العامه")
    assert ids.department_id(one, "IT") == ids.department_id(one, "it")
    assert ids.department_id(one, "IT") != ids.department_id(other, "IT")


def test_a_placeholder_address_is_unique_even_when_ids_differ_only_in_case() -> None:
    assert ids.placeholder_email("employees", "emp-1") == "no-email+emp-1@import.invalid"
    upper, lower = (ids.placeholder_email("employees", old_id) for old_id in ("AB", "ab"))
    assert upper.lower() != lower.lower()
    assert ids.placeholder_email("employees", "محمد 1").isascii()
