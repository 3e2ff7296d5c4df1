"""Salaries and papers lie sealed in the tables, and are plain to the code that may read them."""

import json
import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from common.security.encryption.cipher import key_of
from common.security.encryption.errors import KeyMissingError, SealBrokenError
from common.security.encryption.existing import count_plain, seal_existing
from common.security.encryption.fields import EncryptedDecimalField, EncryptedTextField
from common.security.encryption.keyring import make_keyring, parse_keyring, with_new_key
from common.security.encryption.marks import MarkField, SealedModel, mark_for
from common.security.encryption.rotation import rotate, rows_left, sealed_tables
from common.security.tenancy import all_companies, company_scope
from employee_service.employees.models import Employee
from employee_service.employees.tests.factories import EmployeeFactory

ROOT = Path(__file__).resolve().parents[3]
PAPERS = {"civil_id": "284010112345", "passport_number": "P7654321", "residence_number": "R-99-1"}


@pytest.fixture
def company_id() -> UUID:
    return uuid4()


def hired(company_id: UUID, **fields: Any) -> Employee:
    with company_scope(company_id):
        return EmployeeFactory.create(company_id=company_id, **fields)


def stored(employee: Employee, column: str) -> Any:
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM employees WHERE id = %s", [employee.id])
        return cursor.fetchone()[0]


def store(employee: Employee, column: str, value: Any) -> None:
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE employees SET {column} = %s WHERE id = %s", [value, employee.id])


def read(employee: Employee) -> Employee:
    with all_companies("test"):
        return Employee.with_pending.get(id=employee.id)


def quiet(_table: str, _done: int, _of: int) -> None:
    """Nobody watches."""


@pytest.mark.django_db
class TestValues:
    def test_the_table_has_nothing_that_tells_a_salary_or_a_paper(self, company_id: UUID) -> None:
        employee = hired(company_id, salary=Decimal("1234.5"), **PAPERS)
        with all_companies("test"), connection.cursor() as cursor:
            cursor.execute("SELECT t::text FROM employees t WHERE id = %s", [employee.id])
            row = cursor.fetchone()[0]
        assert not [value for value in ("1234.5", *PAPERS.values()) if value in row]
        again = read(employee)
        assert again.salary == Decimal("1234.500")
        assert {name: getattr(again, name) for name in PAPERS} == PAPERS

    def test_an_unchanged_value_keeps_its_seal_and_a_changed_one_gets_another_mark(
        self, company_id: UUID
    ) -> None:
        employee = read(hired(company_id, salary=Decimal(500), civil_id="1"))
        before = [stored(employee, column) for column in ("salary", "salary_mark", "civil_id_mark")]
        employee.civil_id = "2"
        with company_scope(company_id):
            employee.save(update_fields=["civil_id"])
        after = [stored(employee, column) for column in ("salary", "salary_mark", "civil_id_mark")]
        assert after[:2] == before[:2]
        assert after[2] == mark_for(Employee, "civil_id", "2", company_id)

    def test_equal_salaries_have_no_equal_marks_and_equal_papers_only_in_their_company(
        self, company_id: UUID
    ) -> None:
        one, two = (hired(company_id, salary=Decimal(500), civil_id="1") for _ in range(2))
        elsewhere = hired(uuid4(), civil_id="1")
        assert one.salary_mark != two.salary_mark
        assert one.civil_id_mark == two.civil_id_mark != elsewhere.civil_id_mark

    def test_sealed_columns_are_not_compared_or_written_by_queries_that_know_no_row(
        self, company_id: UUID
    ) -> None:
        employee = hired(company_id, salary=Decimal(500))
        for refused in (
            lambda: list(Employee.objects.filter(**{"salary": 500})),
            lambda: list(Employee.objects.filter(**{"civil_id__startswith": "2"})),
            lambda: Employee.objects.update(**{"salary": Decimal(1)}),
            lambda: Employee.objects.bulk_update([employee], ["salary"]),
        ):
            with (
                company_scope(company_id),
                pytest.raises(FieldError, match="is sealed"),
                transaction.atomic(),
            ):
                refused()

    def test_a_value_copied_from_a_colleague_is_refused_and_not_shown(self, company_id: UUID) -> None:
        rich, poor = (hired(company_id, salary=Decimal(salary)) for salary in (9000, 100))
        store(poor, "salary", stored(rich, "salary"))
        with pytest.raises(SealBrokenError):
            _ = read(poor).salary
        assert read(rich).salary == 9000

    def test_a_value_written_in_plain_is_refused_and_not_shown(self, company_id: UUID) -> None:
        employee = hired(company_id, salary=Decimal(100))
        store(employee, "salary", "9000.000")
        with pytest.raises(SealBrokenError):
            _ = read(employee).salary


@pytest.mark.django_db
@isolate_apps("employee_service.employees")
def test_what_stood_in_plain_columns_is_sealed_in_every_company_and_only_once() -> None:
    class OldThing(SealedModel):
        id = models.UUIDField(primary_key=True)
        company_id = models.UUIDField()
        plain_paper = models.TextField()
        paper = EncryptedTextField(max_length=32)
        paper_mark = MarkField(of="paper", searchable=True)
        plain_pay = models.DecimalField(max_digits=12, decimal_places=3, null=True)
        pay = EncryptedDecimalField(max_digits=12, decimal_places=3, null=True)

        class Meta:
            app_label = "employees"
            db_table = "old_things"

        def __str__(self) -> str:
            return str(self.id)

    fields = {"plain_paper": "paper", "plain_pay": "pay"}
    ours, theirs = uuid4(), uuid4()
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE old_things (id uuid PRIMARY KEY, company_id uuid, plain_paper text NOT NULL,"
            " paper text, paper_mark uuid, plain_pay numeric(12, 3), pay text) ON COMMIT DROP"
        )
        cursor.execute(
            "INSERT INTO old_things SELECT gen_random_uuid(), case when n < 9 then %s else %s end::uuid,"
            " case when n > 2 then 'P-1' else '' end, '', NULL, case when n > 4 then n end, NULL"
            " FROM generate_series(1, 12) n",
            [ours, theirs],
        )
        assert seal_existing(OldThing, connection, fields, batch=3) == 10
        things = list(OldThing._default_manager.all())
        assert seal_existing(OldThing, connection, fields) == count_plain(OldThing, fields) == 0
        cursor.execute("SELECT string_agg(t::text, '') FROM old_things t")
        assert "P-1" not in cursor.fetchone()[0]
    assert sorted(thing.paper for thing in things) == [""] * 2 + ["P-1"] * 10
    assert {thing.pay for thing in things} == {None, *map(Decimal, range(5, 13))}
    assert {thing.plain_paper for thing in things} == {""}
    assert {thing.plain_pay for thing in things} == {None}
    marks = {(thing.company_id, thing.paper_mark) for thing in things if thing.paper}
    assert len(marks) == len({mark for _company, mark in marks}) == 2


@pytest.mark.django_db
@isolate_apps("employee_service.employees")
def test_what_was_sealed_stays_where_a_row_has_other_values_in_plain() -> None:
    """As a batch leaves it that was written to by the version before."""

    class OldThing(models.Model):
        id = models.UUIDField(primary_key=True)
        plain_paper = models.TextField()
        paper = EncryptedTextField(max_length=32)
        plain_pay = models.DecimalField(max_digits=12, decimal_places=3, null=True)
        pay = EncryptedDecimalField(max_digits=12, decimal_places=3, null=True)

        class Meta:
            app_label = "employees"
            db_table = "old_things"

        def __str__(self) -> str:
            return str(self.id)

    thing = OldThing(id=uuid4(), plain_paper="", paper="P1", plain_pay=Decimal(5))
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE old_things (id uuid, plain_paper text, paper text, plain_pay numeric, pay text)"
            " ON COMMIT DROP"
        )
        thing.save(force_insert=True)
        assert seal_existing(OldThing, connection, {"plain_paper": "paper", "plain_pay": "pay"}) == 1
        thing.refresh_from_db()
    assert (thing.paper, thing.pay) == ("P1", Decimal(5))


@pytest.mark.django_db
class TestRotation:
    def test_values_get_the_current_key_and_keep_their_marks(self, settings: Any, company_id: UUID) -> None:
        content = make_keyring("employee")
        settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(content), "employee")
        employee = hired(company_id, salary=Decimal(777), **PAPERS)
        marks = [stored(employee, f"{name}_mark") for name in ("salary", *PAPERS)]
        newer = with_new_key(content)
        settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(newer), "employee")
        for table in sealed_tables():
            assert rotate(table, batch_size=10, show=quiet).left == 0
        assert {key_of(stored(employee, name)) for name in ("salary", *PAPERS)} == {"k2"}
        assert [stored(employee, f"{name}_mark") for name in ("salary", *PAPERS)] == marks
        del newer["keys"]["k1"]
        settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(newer), "employee")
        assert read(employee).salary == 777

    def test_a_value_whose_key_is_gone_is_left_and_named(self, settings: Any, company_id: UUID) -> None:
        employee = hired(company_id, salary=Decimal(777))
        settings.ENCRYPTION_KEYRING = parse_keyring(
            json.dumps(
                {**make_keyring("employee"), "current": "k7", "keys": {"k7": make_keyring("x")["index"]}}
            ),
            "employee",
        )
        [employees] = [table for table in sealed_tables() if table.name == "employees"]
        result = rotate(employees, batch_size=10, show=quiet)
        assert (result.sealed, result.left) == (0, 1)
        assert str(employee.id) in result.refused[0]
        with pytest.raises(KeyMissingError):
            _ = read(employee).salary


@pytest.mark.usefixtures("committed_db")
def test_a_rotation_that_is_killed_leaves_everything_readable_and_goes_on_when_run_again(
    settings: Any, company_id: UUID, tmp_path: Path
) -> None:
    content = make_keyring("employee")
    settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(content), "employee")
    people = [hired(company_id, salary=Decimal(100 + n), civil_id=str(n)) for n in range(60)]
    file = tmp_path / "keyring.json"
    file.write_text(json.dumps(with_new_key(content)))
    settings.ENCRYPTION_KEYRING = parse_keyring(file.read_text(), "employee")
    [employees] = [table for table in sealed_tables() if table.name == "employees"]

    process = _rotating(file)
    assert process.stderr is not None
    for line in process.stderr:
        if '"what": "employees"' in line:
            break
    process.kill()
    process.communicate()
    _all_as_they_were(people)

    assert _rotating(file).wait(timeout=100) == 0
    assert rows_left(employees) == 0
    _all_as_they_were(people)


def _rotating(keyring: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(ROOT / "employee_service" / "manage.py"), "rotate_keys", "--batch-size", "1"],
        env={**os.environ, "ENCRYPTION_KEYRING_FILE": str(keyring), "LEGACY_PROGRESS": "json"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _all_as_they_were(people: list[Employee]) -> None:
    for employee in people:
        found = read(employee)
        assert (found.salary, found.civil_id) == (employee.salary, employee.civil_id)
