"""The importer against a table of the test's own: batches, checkpoints, accounts, and death in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection

from common.conf import env
from common.legacy.choices import QuarantineReason, RunState, SubjectKind, ToDoKind
from common.legacy.errors import AnotherImportError, UnaccountedRowsError
from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.importer import Options, Result, import_file
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped, ToDo
from common.legacy.models import ImportRun, ImportTable, QuarantinedRow, ToDoItem
from common.legacy.old_employees import OldEmployee
from common.legacy.plan import Account, Column, Plan, TableImport, Written
from common.legacy.reader import LegacyFile, Row, open_legacy
from common.legacy.services import run_start
from common.security.tenancy import all_companies, company_scope
from common.testing.legacy_files import company, employee, write_dirty_file, write_legacy_file

DIES = Path(__file__).with_name("dying_import.py")


PEOPLE = Account[OldEmployee](
    source="legacy_test t",
    key="t.id",
    company=None,
    columns=[Column("name", "text", "t.name", lambda args: args.name)],
)


def write(items: Sequence[Imported[OldEmployee]]) -> Written:
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO legacy_test (id, name) VALUES (%s, %s)",
            [(item.id, item.args.name) for item in items],
        )
    return Written()


def plan(facts: Facts) -> Plan:
    """Employees by their names; one without a hire date is work for HR."""

    def mapped(row: Row, place: int) -> Outcome[OldEmployee]:
        found = facts.employee(row, place)
        if isinstance(found, Quarantined):
            return found
        if found.position == "merged":
            return Merged(into=found.id)
        if found.position == "skipped":
            return Skipped("by a rule of the test")
        todo = ToDo(ToDoKind.MISSING_HIRE_DATE, SubjectKind.EMPLOYEE, found.id, found.name, found.company_id)
        return Imported(found.id, found, () if found.hire_date else (todo,))

    return [TableImport("people", "employees", mapped, write, PEOPLE, write, lambda _ids: {})]


@pytest.fixture
def target(committed_db: None) -> Iterator[None]:
    with psycopg.connect(env.required("DATABASE_OWNER_URL"), autocommit=True) as owner:
        constraint = "CONSTRAINT no_ghosts CHECK (name <> 'ghost')"
        owner.execute(f"CREATE TABLE legacy_test (id uuid PRIMARY KEY, name text {constraint})")
        yield
        connection.close()
        owner.execute("DROP TABLE legacy_test")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    people = [
        employee(n, arabic_name=f"محمد {n}", hire_date=None if n % 5 == 0 else "2020-01-01")
        for n in range(20)
    ]
    orphans = [employee(n, company_id="company-gone", arabic_name=f"يتيم {n}") for n in range(20, 23)]
    return write_legacy_file(tmp_path / "old.db", companies=[company(1)], employees=[*people, *orphans])


def run(source: Path, *, tables: Callable[[Facts], Plan] = plan, **options: Any) -> Result:
    with open_legacy(source) as file:
        return import_file(file, tables, Options(**{"name": "test", "batch_size": 4, **options}))


def content() -> dict[str, list[Any]]:
    """Everything that an import leaves, but for its own runs."""
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM legacy_test ORDER BY id")
        rows = cursor.fetchall()
        kept = [
            (row.id, row.company_id, row.reason, row.content) for row in QuarantinedRow.objects.order_by("id")
        ]
        todo = ToDoItem.objects.order_by("id").values_list("id", "kind", "subject_name")
        return {"rows": rows, "quarantine": kept, "todo": list(todo)}


@pytest.mark.usefixtures("target")
def test_every_row_is_accounted_for_and_a_second_import_changes_nothing(source: Path) -> None:
    first = run(source).tallies["people"]
    assert (first.source_rows, first.imported, first.quarantined) == (23, 20, 3)
    assert first.todo == {"missing_hire_date": 4}
    assert first.reasons == {"unknown_company": 3}
    assert first.examples == {"unknown_company": ["emp-20", "emp-21", "emp-22"]}
    before = content()
    again = run(source).tallies["people"]
    assert (again.imported, again.unchanged, again.quarantined) == (0, 20, 3)
    assert content() == before


@pytest.mark.usefixtures("target")
def test_a_dry_run_counts_the_same_and_leaves_nothing(source: Path) -> None:
    result = run(source, dry_run=True)
    assert result.run is None
    assert content() == {"rows": [], "quarantine": [], "todo": []}
    with all_companies("test"):
        assert not ImportRun.objects.exists()
    assert result.tallies == run(source).tallies


@pytest.mark.usefixtures("target")
def test_merged_and_skipped_rows_are_counted_as_such(tmp_path: Path) -> None:
    people = [employee(1, position="merged"), employee(2, position="skipped"), employee(3)]
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], employees=people)
    tally = run(source).tallies["people"]
    assert (tally.imported, tally.merged, tally.skipped) == (1, 1, 1)
    assert tally.rules == {"by a rule of the test": 1}


@pytest.mark.usefixtures("target")
def test_a_row_that_the_database_refuses_is_set_aside_alone(tmp_path: Path) -> None:
    people = [employee(n, arabic_name="ghost" if n == 7 else "محمد") for n in range(1, 9)]
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], employees=people)
    tally = run(source, batch_size=8).tallies["people"]
    assert (tally.imported, tally.quarantined) == (7, 1)
    with all_companies("test"):
        kept = QuarantinedRow.objects.get()
    assert (kept.old_id, kept.reason, kept.detail) == ("emp-7", "refused", "no_ghosts")


@pytest.mark.usefixtures("target")
def test_a_row_set_aside_keeps_its_full_content(tmp_path: Path) -> None:
    faulty = employee(
        1, first_name="a\x00b", position=b"\xff", salary=float("inf"), new_column="kept", notes="ملاحظة"
    )
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], employees=[faulty])
    run(source)
    with all_companies("test"):
        kept = QuarantinedRow.objects.get()
    assert kept.content["first_name"] == {"text_hex": "610062"}
    assert kept.content["position"] == {"hex": "ff"}
    assert kept.content["salary"] == {"real": "inf"}
    assert (kept.content["new_column"], kept.content["notes"]) == ("kept", "ملاحظة")
    assert kept.problems == {
        "first_name": "unstorable_characters",
        "position": "not_text",
        "salary": "not_a_number",
    }


@pytest.mark.usefixtures("target")
def test_rows_without_an_id_of_their_own_are_each_kept_once(tmp_path: Path) -> None:
    people = [employee(1, id=None), employee(1, id=None), employee(2), employee(2), employee(2)]
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)], employees=people)
    for _ in range(2):
        assert run(source).tallies["people"].reasons == {"missing_id": 2, "repeated_id": 2}
    with all_companies("test"):
        assert QuarantinedRow.objects.count() == 4


@pytest.mark.usefixtures("target")
def test_rows_of_a_known_company_are_seen_by_its_staff_and_the_others_by_the_groups_only(
    tmp_path: Path,
) -> None:
    run(write_dirty_file(tmp_path / "old.db"))
    with all_companies("test"):
        reasons = QuarantinedRow.objects.values_list("reason", flat=True)
        assert {QuarantineReason.UNKNOWN_COMPANY, QuarantineReason.UNREADABLE_VALUES} <= set(reasons)
        company_id = new_id("companies", "company-1")
        in_company = QuarantinedRow.objects.filter(company_id=company_id).count()
    with company_scope(company_id):
        assert QuarantinedRow.objects.count() == in_company
        assert not QuarantinedRow.objects.filter(company_id=None).exists()
        assert ToDoItem.objects.exists()
        assert not ImportRun.objects.exists()
        assert not ImportTable.objects.exists()
    assert not QuarantinedRow.objects.exists()


@pytest.mark.usefixtures("target")
def test_a_run_that_does_not_add_up_is_an_error(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = LegacyFile.count
    monkeypatch.setattr(LegacyFile, "count", lambda self, table: counted(self, table) + 1)
    with pytest.raises(
        UnaccountedRowsError, match="the file has 24 rows, 23 were read and 23 are accounted for"
    ):
        run(source)


@pytest.mark.usefixtures("target")
def test_two_imports_of_one_file_do_not_both_go_on(source: Path) -> None:
    def meddling(facts: Facts) -> Plan:
        (table,) = plan(facts)

        def other_import_moves(items: Sequence[Imported[OldEmployee]]) -> Written:
            ImportTable.objects.update(done=20, imported=20)
            return write(items)

        return [replace(table, write=other_import_moves)]

    with pytest.raises(AnotherImportError):
        run(source, tables=meddling)
    assert content()["rows"] == []


@pytest.mark.usefixtures("target")
def test_a_finished_run_is_not_resumed_and_an_interrupted_one_is(source: Path) -> None:
    first = run(source)
    assert first.run is not None
    interrupted = run_start(
        name="x", source="x", fingerprint=first.run.fingerprint, source_rows={"people": 23}
    )
    assert interrupted.pk != first.run.pk
    again = run(source)
    assert again.run is not None
    assert again.run.pk == interrupted.pk
    with all_companies("test"):
        assert set(ImportRun.objects.values_list("state", flat=True)) == {RunState.FINISHED}


@pytest.mark.usefixtures("target")
@pytest.mark.parametrize("moment", ["mapping", "written", "committed", "finished"])
@pytest.mark.parametrize("row", [1, 6, 20])
def test_an_import_killed_at_any_point_and_run_again_ends_the_same(
    source: Path, moment: str, row: int
) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    program = [sys.executable, str(DIES), str(source), moment, str(row)]
    died = subprocess.run(program, env=environment, check=False, capture_output=True, text=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    with all_companies("test"):
        committed = any(ImportTable.objects.values_list("done", flat=True))
    result = run(source)
    assert result.resumed is (moment != "finished" and committed)
    tally = result.tallies["people"]
    assert tally.source_rows == tally.accounted == 23
    after_death = content()
    with psycopg.connect(env.required("DATABASE_OWNER_URL"), autocommit=True) as owner:
        owner.execute("SELECT set_config('app.all_companies', 'on', false)")
        owner.execute(
            "TRUNCATE legacy_test, import_runs, import_tables, quarantined_rows, todo_items CASCADE"
        )
    assert run(source).tallies["people"].accounted == 23
    assert content() == after_death
