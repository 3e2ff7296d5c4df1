"""Numbers that the service gives out by itself."""

from uuid import UUID

import pytest
from django.db import connection, transaction

from common.security.tenancy import all_companies
from employee_service.employees.services.numbers import numbers_allocate, numbers_allocate_again
from employee_service.employees.tests.factories import EmployeeFactory

pytestmark = pytest.mark.usefixtures("committed_db")
COMPANY = UUID(int=1)


def next_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT CASE WHEN is_called THEN last_value + 1 ELSE 1 END FROM employee_numbers")
        number: int = cursor.fetchone()[0]
        return number


def test_an_import_that_is_taken_back_gives_out_the_same_numbers_again() -> None:
    with all_companies("test"):
        first = numbers_allocate_again([COMPANY, COMPANY])
        transaction.set_rollback(True)
    with all_companies("test"):
        again = numbers_allocate_again([COMPANY, COMPANY])
    assert first == again == [f"E{int(first[0][1:]) + turn:06d}" for turn in range(2)]


def test_numbers_of_one_import_go_on_within_its_transaction_and_hires_go_on_behind_them() -> None:
    begin = next_number()
    with all_companies("test"):
        numbers = [*numbers_allocate_again([COMPANY]), *numbers_allocate_again([COMPANY, COMPANY])]
        with transaction.atomic():
            numbers_allocate_again([COMPANY] * 5)
            transaction.set_rollback(True)
        numbers += numbers_allocate_again([COMPANY])
    with all_companies("test"):
        numbers += numbers_allocate([COMPANY])
    assert numbers == [f"E{begin + turn:06d}" for turn in range(5)]


def test_numbers_that_are_taken_are_stepped_over() -> None:
    begin = next_number()
    with all_companies("test"):
        EmployeeFactory.create(company_id=COMPANY, number=f"E{begin:06d}")
        assert numbers_allocate_again([COMPANY, UUID(int=2)])[1] == f"E{begin + 1:06d}"
        assert f"E{begin:06d}" not in numbers_allocate([COMPANY] * 3)
