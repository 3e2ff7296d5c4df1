"""An upgrade from a version that kept salaries and papers in plain is killed with signal 9 and run again."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from common.runtime.databases import Databases
from common.runtime.layout import ROOT, manage
from common.runtime.stack import Stack
from tests.bench.lists import MeasuredList
from tests.waiting import wait_until

# It makes databases of its own and migrates one of them twice.
pytestmark = pytest.mark.timeout(900)

# Before anything is sealed, Django thinks through every migration that there is.
PATIENCE = 240.0

EMPLOYEES = 12_000
OLDER = MeasuredList(
    "employee",
    "/employees",
    "employees",
    "employee_id, id",
    {
        "employee_id": "'E' || n",
        "email": "'p' || n || '@example.com'",
        "employment_status": "'active'",
        "employment_type": "'full_time'",
        "employee_type": "'citizen'",
        "lifecycle": "'current'",
        "plain_salary": "CASE WHEN n % 2 = 0 THEN 100 + n END",
        "plain_civil_id": "CASE WHEN n % 3 = 0 THEN 'C' || n ELSE '' END",
        "plain_passport_number": "'P' || n",
        "plain_residence_number": "''",
        **dict.fromkeys(("civil_id", "passport_number", "residence_number"), "''"),
    },
)
# A passport is what each of them has.
HALVES = """
    SELECT count(*) FILTER (WHERE starts_with(passport_number, 'v1:') AND plain_passport_number = ''),
        count(*) FILTER (WHERE passport_number = '' AND plain_passport_number <> '') FROM employees
"""
WRONG = """
from decimal import Decimal
from common.security.encryption.marks import mark_for
from common.security.tenancy import all_companies
from employee_service.employees.models import Employee
wrong = 0
with all_companies("a test"):
    for each in Employee.with_pending.iterator():
        n = int(each.number[1:])
        wrong += (each.salary, each.civil_id, each.passport_number, each.residence_number, each.civil_id_mark) != (
            None if n % 2 else Decimal(100 + n), "" if n % 3 else f"C{n}", f"P{n}", "",
            mark_for(Employee, "civil_id", each.civil_id, each.company_id),
        )
print("wrong:", wrong)
"""


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Stack]:
    """Databases of which one is of the version before values were sealed, with a company's employees."""
    stack = Stack(tmp_path / "stack", kind="test", fsync=False)
    with stack:
        stack.start_databases()
        stack.provision()
        done = _migrating(stack, "employees", "0016")
        assert done.wait(timeout=PATIENCE) == 0
        with Databases(stack) as databases:
            OLDER.fill(databases, uuid4(), UUID(int=1), EMPLOYEES)
        yield stack
    stack.remove()


def test_an_upgrade_that_is_killed_while_it_seals_goes_on_where_it_was(older: Stack) -> None:
    with Databases(older) as databases:

        def halves() -> tuple[int, int]:
            [(sealed, plain)] = databases.rows("employee", HALVES)
            return sealed, plain

        assert halves() == (0, EMPLOYEES)
        process = _migrating(older)
        wait_until(lambda: halves()[0] > 0, "the first employees are sealed", PATIENCE)
        process.kill()
        assert process.wait(timeout=60) == -signal.SIGKILL
        sealed, plain = halves()
        assert sealed > 0
        assert plain > 0
        assert sealed + plain == EMPLOYEES

        assert _migrating(older).wait(timeout=PATIENCE) == 0
        assert not databases.rows(
            "employee", "SELECT FROM information_schema.columns WHERE starts_with(column_name, 'plain_')"
        )
    assert "wrong: 0" in older.manage("employee", "shell", "-v0", "-c", WRONG).stdout


def _migrating(stack: Stack, *which: str) -> subprocess.Popen[bytes]:
    """``manage.py migrate`` as the tables' owner runs it."""
    return subprocess.Popen(
        manage("employee", "migrate", "--noinput", *which),
        cwd=ROOT,
        env={**stack.environment("employee", "migrate"), "DATABASE_URL": stack.dsn("employee", "owner")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
