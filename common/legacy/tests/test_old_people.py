"""Old employees, read in part."""

from typing import Any

import pytest

from common.legacy.old_employees import read_employee, read_person
from common.testing.legacy_files import CARRIED, employee


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"first_name": None},
        {"first_name": " ", "last_name": " العنزي "},
        {"last_name": None},
        {"first_name": None, "last_name": None},
        {"first_name": None, "last_name": None, "arabic_name": None, "english_name": "Sara Khan Li"},
        {"first_name": None, "last_name": None, "arabic_name": None, "full_name": "نورة العنزي"},
        {"email": "USER@Example.com", "created_at": "2020-01-01T00:00:00Z"},
        *(values for values, _todo in CARRIED.values()),
    ],
)
def test_a_person_read_for_an_account_is_who_the_employee_is(values: dict[str, Any]) -> None:
    row = employee(1, **values)
    whole = read_employee(row)
    assert read_person(row) == (whole.first_name, whole.last_name, whole.email, whole.created_at)
