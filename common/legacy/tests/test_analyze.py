"""``analyze_legacy``: what it says of a file, and that it changes nothing."""

import io
import json
import sqlite3
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.legacy.columns import COLUMNS, OWNERS
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped
from common.legacy.monolith import NOT_CARRIED, TABLES
from common.legacy.plan import Plan
from common.legacy.reader import Row
from common.testing.legacy_files import company, employee, user, write_dirty_file, write_legacy_file
from common.testing.legacy_plans import mapping_only

# No database: every test here would fail if the command asked one.


def plan(facts: Facts) -> Plan:
    """Employees as people and, spelling apart, their departments as departments."""

    def person(row: Row, place: int) -> Outcome[None]:
        found = facts.employee(row, place)
        if isinstance(found, Quarantined):
            return found
        return Merged(into=found.id) if facts.is_linked(found.old_id) else Imported(found.id, None)

    def department(row: Row, place: int) -> Outcome[None]:
        found = facts.employee(row, place)
        if isinstance(found, Quarantined) or found.department_id is None:
            return Skipped("no department")
        return Imported(found.department_id, None)

    return [
        mapping_only("people", person, rules=["people: as they are."]),
        mapping_only("departments", department, shared=True),
    ]


Analyze = Callable[..., tuple[dict[str, Any], list[str]]]


@pytest.fixture
def analyze(tmp_path: Path, settings: Any) -> Analyze:
    """Run the command; returns its report as JSON and the lines it printed."""

    def command(source: Path, *, service: str = "employee") -> tuple[dict[str, Any], list[str]]:
        legacy = f"{__name__}.plan" if service == "employee" else ""
        settings.SERVICE = replace(settings.SERVICE, name=service, legacy=legacy)
        out = io.StringIO()
        call_command("analyze_legacy", source=source, report_dir=tmp_path, run="look", stdout=out)
        path = tmp_path / "look" / f"{service}.json"
        return json.loads(path.read_text()) if path.exists() else {}, out.getvalue().splitlines()

    return command


def test_tables_and_columns_are_found_missing_or_unknown(analyze: Analyze, tmp_path: Path) -> None:
    source = write_legacy_file(
        tmp_path / "old.db",
        employees=[employee(1, shoe_size="42")],
        old_notes=[{"id": 1}],
        sessions=[{"sid": "1", "sess": "{}", "expire": 1}],
    )
    report, lines = analyze(source)
    assert report["file"]["unknown_tables"] == ["old_notes"]
    assert "licenses" in report["file"]["missing_tables"]
    assert report["file"]["tables"]["employees"]["unknown_columns"] == ["shoe_size"]
    assert report["tables"]["employees"]["columns"]["shoe_size"]["known"] is False
    assert "unknown table, left in the file: old_notes (1 rows)" in lines
    assert "left in the file on purpose, everybody signs in anew: sessions (1 rows)" in lines


def test_a_missing_column_is_named(analyze: Analyze, tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    write_legacy_file(source, employees=[employee(1)])
    with sqlite3.connect(source) as file:
        file.execute("ALTER TABLE employees DROP COLUMN bank_account")
    report, lines = analyze(source)
    assert report["tables"]["employees"]["missing_columns"] == ["bank_account"]
    assert "  columns it lacks: bank_account" in lines


def test_faults_are_counted_by_column_with_examples(analyze: Analyze, tmp_path: Path) -> None:
    source = write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1)],
        licenses=[],
        employees=[
            employee(1, civil_id="284", date_of_birth="1990-02-31", email=None),
            employee(2, civil_id="284", salary=-1.0, email="  "),
            employee(3, company_id="company-gone", email="A@example.com", license_id="lic-9"),
            employee(4, company_id="company-gone", email="a@EXAMPLE.com", skills="[sales,"),
        ],
    )
    columns = analyze(source)[0]["tables"]["employees"]["columns"]
    assert columns["civil_id"]["repeated"] == 2
    assert columns["civil_id"]["examples"]["repeated"] == [{"value": None, "id": "", "rows": 2}]
    assert columns["email"]["nulls"] == columns["email"]["blanks"] == 1
    assert columns["email"]["repeated"] == 2
    assert columns["company_id"]["orphans"] == 2
    assert columns["company_id"]["examples"]["orphans"] == [
        {"value": "company-gone", "id": "emp-3", "rows": 2}
    ]
    assert columns["license_id"]["orphans"] == 1
    assert columns["date_of_birth"]["problems"] == {"impossible_date": 1}
    assert columns["date_of_birth"]["examples"]["impossible_date"][0]["id"] == "emp-1"
    assert columns["salary"]["problems"] == {"negative": 1}
    assert columns["skills"]["problems"] == {"broken_json": 1}
    assert columns["first_name"]["problems"] == {}


def test_what_an_import_would_make_of_the_rows_is_foretold(analyze: Analyze, tmp_path: Path) -> None:
    report, lines = analyze(write_dirty_file(tmp_path / "old.db"))
    people = report["forecast"]["people"]
    assert (people["source_rows"], people["imported"], people["quarantined"]) == (21, 9, 12)
    assert people["reasons"] == {
        "unknown_company": 2, "missing_id": 1, "unreadable_values": 8, "repeated_id": 1
    }  # fmt: skip
    assert people["problems"]["salary: negative"] == 1
    assert report["forecast"]["departments"]["imported"] == 2
    assert report["rules"] == ["people: as they are."]
    assert lines[-1] == report["sentence"]
    assert lines[-1].endswith(
        "an import would make of its rows: 11 imported, 7 merged, 12 quarantined, 12 skipped."
    )


def test_secret_values_are_never_shown(analyze: Analyze, tmp_path: Path) -> None:
    secret = "hunter\x002"
    source = write_legacy_file(tmp_path / "old.db", users=[user(1, password=secret)])
    report, lines = analyze(source, service="auth")
    password = report["tables"]["users"]["columns"]["password"]
    assert password["problems"] == {"unstorable_characters": 1}
    assert password["examples"]["unstorable_characters"] == [{"value": None, "id": "user-1", "rows": 1}]
    assert not any("hunter" in line for line in lines)


def test_a_service_that_takes_nothing_says_so(analyze: Analyze, tmp_path: Path) -> None:
    report, lines = analyze(write_dirty_file(tmp_path / "old.db"), service="analytics")
    assert not report
    assert lines == [
        "The analytics service takes nothing from the old file: it is filled by the others' events."
    ]


def test_a_file_that_cannot_be_read_is_exit_code_2(analyze: Analyze, tmp_path: Path) -> None:
    (tmp_path / "old.db").write_bytes(b"not a database")
    with pytest.raises(CommandError, match="is not a SQLite database") as refused:
        analyze(tmp_path / "old.db")
    assert refused.value.returncode == 2


def test_the_file_is_as_before(analyze: Analyze, tmp_path: Path) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    before = source.read_bytes()
    analyze(source)
    assert source.read_bytes() == before
    assert not list(tmp_path.glob("old.db-*"))


def test_every_column_of_the_old_application_has_a_destination() -> None:
    assert {table: frozenset(columns) for table, columns in COLUMNS.items()} == TABLES
    assert OWNERS.keys() == TABLES.keys()
    for table in NOT_CARRIED:
        assert all(column.secret for column in COLUMNS[table].values())


def test_many_rows_take_no_more_memory_than_few(analyze: Analyze, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        people = [employee(n, department=f"department {n % 7}") for n in range(rows)]
        source = write_legacy_file(tmp_path / f"{rows}.db", companies=[company(1)], employees=people)
        del people
        tracemalloc.start()
        analyze(source)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(6_000) < peak(2_000) + 4_000_000
