"""What an incremental import brings over, takes away, and leaves to whoever owns the company."""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from common.conf import env
from common.legacy.account import state_sql
from common.legacy.choices import ConflictKind, QuarantineState, RowOutcome
from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.importer import Options, Result, import_file
from common.legacy.mapper import Imported, Outcome, Quarantined
from common.legacy.models import HandedOverCompany, ImportConflict, ImportedRow, ImportRun, QuarantinedRow
from common.legacy.old_employees import OldEmployee
from common.legacy.plan import Account, Column, Plan, TableImport, Written
from common.legacy.reader import Row, open_legacy
from common.legacy.staging import stage
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, write_legacy_file

COMPANY = new_id("companies", "company-1")
OTHER = new_id("companies", "company-2")
Source = Callable[..., Path]


def _stage(items: Sequence[Imported[OldEmployee]]) -> None:
    with connection.cursor() as cursor:
        stage(
            cursor,
            "staged_people",
            {"id": "uuid", "company_id": "uuid", "name": "text"},
            [(item.id, item.company_id, item.args.name) for item in items],
        )


def write(items: Sequence[Imported[OldEmployee]]) -> Written:
    _stage(items)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO legacy_people SELECT * FROM staged_people")
    return Written()


def change(items: Sequence[Imported[OldEmployee]]) -> Written:
    _stage(items)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE legacy_people t SET name = s.name, company_id = s.company_id FROM staged_people s"
            " WHERE t.id = s.id AND (t.name, t.company_id) <> (s.name, s.company_id)"
        )
    return Written()


def remove(ids: Collection[UUID]) -> Mapping[UUID, str]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM legacy_people WHERE id = ANY(%s) AND name <> 'anchor'", [list(ids)])
        cursor.execute("SELECT id FROM legacy_people WHERE id = ANY(%s)", [list(ids)])
        return {row[0]: "something hangs on it" for row in cursor.fetchall()}


PEOPLE = Account[OldEmployee](
    source="legacy_people t",
    key="t.id",
    company="t.company_id",
    columns=[Column("name", "text", "t.name", lambda args: args.name)],
)
PLACES = Account[str](
    source="legacy_places t",
    key="t.id",
    company=None,
    columns=[Column("name", "text", "t.name", lambda args: args)],
)


def plan(facts: Facts) -> Plan:
    """Employees by their names, and the places they work at, which several share."""

    def person(row: Row, place: int) -> Outcome[OldEmployee]:
        found = facts.employee(row, place)
        return found if isinstance(found, Quarantined) else Imported(found.id, found, (), found.company_id)

    return [TableImport("people", "employees", person, write, PEOPLE, change, remove), places(facts)]


def places(facts: Facts) -> TableImport[str]:
    def place_of(row: Row, place: int) -> Outcome[str]:
        found = facts.employee(row, place)
        if isinstance(found, Quarantined):
            return found
        return Imported(new_id("places", found.position), found.position, (), None)

    def make(items: Sequence[Imported[str]]) -> Written:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO legacy_places VALUES (%s, %s)", [(item.id, item.args) for item in items]
            )
        return Written()

    def take(ids: Collection[UUID]) -> Mapping[UUID, str]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM legacy_places WHERE id = ANY(%s)", [list(ids)])
        return {}

    return TableImport(
        "places", "employees", place_of, make, PLACES, lambda _items: Written(), take, shared=True
    )


@pytest.fixture
def target(committed_db: None) -> Iterator[None]:
    with psycopg.connect(env.required("DATABASE_OWNER_URL"), autocommit=True) as owner:
        owner.execute("CREATE TABLE legacy_people (id uuid PRIMARY KEY, company_id uuid, name text)")
        owner.execute("CREATE TABLE legacy_places (id uuid PRIMARY KEY, name text)")
        yield
        connection.close()
        owner.execute("DROP TABLE legacy_people, legacy_places")


@pytest.fixture
def source(target: None, tmp_path: Path) -> Path:
    """A file of ten employees of two companies, imported."""
    people = [
        employee(
            n,
            arabic_name=f"old {n}",
            company_id="company-1" if n < 6 else "company-2",
            position="shop" if n % 2 else "office",
        )
        for n in range(1, 11)
    ]
    path = write_legacy_file(tmp_path / "old.db", companies=[company(1), company(2)], employees=people)
    run(path, incremental=False)
    return path


def run(source: Path, **options: Any) -> Result:
    with open_legacy(source) as file:
        return import_file(
            file, plan, Options(**{"name": "test", "batch_size": 4, "incremental": True, **options})
        )


def old_side(source: Path, statement: str, *values: Any) -> None:
    """Something happens in the old application."""
    with closing(sqlite3.connect(source)) as file, file:
        file.execute(statement, values)


def new_side(statement: str, *values: Any) -> None:
    """Something happens here."""
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute(statement, values)


def insert(source: Path, number: int, **values: Any) -> None:
    row = employee(number, arabic_name=f"old {number}", position="shop") | values
    names = ", ".join(f'"{name}"' for name in row)
    old_side(source, f"INSERT INTO employees ({names}) VALUES ({', '.join('?' * len(row))})", *row.values())


def hand_over(company_id: UUID) -> None:
    with all_companies("test"):
        HandedOverCompany.objects.create(company_id=company_id)


def names() -> dict[str, str]:
    """Everybody here: old id and name."""
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT id, name FROM legacy_people")
        found = dict(cursor.fetchall())
    known = {new_id("employees", f"emp-{n}"): f"emp-{n}" for n in range(100)}
    return {known[key]: name for key, name in found.items()}


def place_names() -> set[str]:
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT name FROM legacy_places")
        return {row[0] for row in cursor.fetchall()}


def conflicts(result: Result) -> dict[str, str]:
    """The keys listed by the run for people, each with what was done."""
    assert result.run is not None
    with all_companies("test"):
        found = ImportConflict.objects.filter(run=result.run, name="people")
        listed = {row.key: row.kind for row in found}
    tally = result.tallies["people"]
    assert tally.conflicts == len(listed) == tally.conflict_kinds.total()
    return listed


def test_the_same_file_again_is_done_at_once(source: Path) -> None:
    result = run(source)
    assert result.run is None
    assert result.since is not None
    tally = result.tallies["people"]
    assert (tally.source_rows, tally.unchanged, tally.imported) == (10, 10, 0)
    with all_companies("test"):
        assert ImportRun.objects.count() == 1


def test_new_changed_and_deleted_rows_come_over_and_the_others_are_not_even_mapped(source: Path) -> None:
    old_side(source, "UPDATE employees SET arabic_name = 'other' WHERE id = 'emp-2'")
    old_side(source, "DELETE FROM employees WHERE id = 'emp-3'")
    insert(source, 11)
    mapped = []

    def counting(facts: Facts) -> Plan:
        (people, *_others) = plan(facts)

        def seen(row: Row, place: int) -> Outcome[Any]:
            mapped.append(row["id"])
            return people.map(row, place)

        return [TableImport("people", "employees", seen, write, PEOPLE, change, remove)]

    with open_legacy(source) as file:
        result = import_file(file, counting, Options(name="t", batch_size=4, incremental=True))
    tally = result.tallies["people"]
    assert (tally.source_rows, tally.imported, tally.unchanged, tally.changed, tally.removed) == (
        10,
        1,
        9,
        1,
        1,
    )
    here = names()
    assert here["emp-2"] == "other"
    assert here["emp-11"] == "old 11"
    assert "emp-3" not in here
    assert mapped == ["emp-2", "emp-11"]
    assert conflicts(result) == {}


def test_a_row_that_says_nothing_else_changes_nothing(source: Path) -> None:
    old_side(source, "UPDATE employees SET notes = 'more' WHERE id = 'emp-2'")
    tally = run(source).tallies["people"]
    assert (tally.imported, tally.unchanged, tally.changed) == (0, 10, 0)


def test_a_row_follows_what_it_depends_on_in_the_file(source: Path) -> None:
    insert(source, 12, company_id="company-3")
    assert run(source).tallies["people"].reasons == {"unknown_company": 1}
    old_side(source, "INSERT INTO companies (id, name) VALUES ('company-3', 'late')")
    tally = run(source).tallies["people"]
    assert (tally.imported, tally.quarantined) == (1, 0)
    with all_companies("test"):
        assert QuarantinedRow.objects.filter(entry="people").get().state == QuarantineState.IMPORTED
        entry = ImportedRow.objects.get(name="people", key="emp-12")
        assert entry.outcome == RowOutcome.IMPORTED


def test_where_both_sides_changed_a_thing_the_old_side_wins_until_the_company_is_handed_over(
    source: Path,
) -> None:
    for old in ("emp-2", "emp-7"):
        old_side(source, "UPDATE employees SET arabic_name = 'over there' WHERE id = ?", old)
        new_side("UPDATE legacy_people SET name = 'here' WHERE id = %s", new_id("employees", old))
    hand_over(OTHER)
    listed = conflicts(run(source))
    assert listed == {"emp-2": ConflictKind.OLD_SIDE_WON, "emp-7": ConflictKind.LEFT_BEHIND}
    assert (names()["emp-2"], names()["emp-7"]) == ("over there", "here")


def test_what_people_change_here_stays_while_its_row_stays(source: Path) -> None:
    new_side("UPDATE legacy_people SET name = 'here' WHERE id = %s", new_id("employees", "emp-2"))
    insert(source, 11)
    assert conflicts(run(source)) == {}
    assert names()["emp-2"] == "here"


def test_rows_of_a_company_that_was_handed_over_are_left_behind_and_listed_each_time(source: Path) -> None:
    hand_over(OTHER)
    old_side(source, "UPDATE employees SET arabic_name = 'other' WHERE id = 'emp-7'")
    old_side(source, "DELETE FROM employees WHERE id = 'emp-8'")
    insert(source, 11, company_id="company-2")
    before = names()
    result = run(source)
    assert names() == before
    tally = result.tallies["people"]
    assert (tally.imported, tally.skipped, tally.changed, tally.removed) == (0, 1, 0, 0)
    behind = dict.fromkeys(["emp-7", "emp-8", "emp-11"], ConflictKind.LEFT_BEHIND)
    assert conflicts(result) == behind
    insert(source, 12)
    assert conflicts(run(source)) == behind
    with all_companies("test"):
        HandedOverCompany.objects.all().delete()
    insert(source, 13)
    assert conflicts(run(source)) == {}
    assert (names()["emp-7"], names()["emp-11"]) == ("other", "old 11")
    assert "emp-8" not in names()


def test_a_thing_that_people_changed_or_that_must_stay_is_kept_when_its_row_goes(source: Path) -> None:
    old_side(source, "UPDATE employees SET arabic_name = 'anchor' WHERE id = 'emp-4'")
    run(source)
    new_side("UPDATE legacy_people SET name = 'here' WHERE id = %s", new_id("employees", "emp-2"))
    old_side(source, "DELETE FROM employees WHERE id IN ('emp-2', 'emp-4', 'emp-5')")
    result = run(source)
    assert conflicts(result) == {"emp-2": ConflictKind.KEPT, "emp-4": ConflictKind.MUST_STAY}
    assert names().keys() >= {"emp-2", "emp-4"}
    assert "emp-5" not in names()
    with all_companies("test"):
        assert "something hangs on it" in ImportConflict.objects.get(kind=ConflictKind.MUST_STAY).detail
        assert ImportedRow.objects.get(name="people", key="emp-2").outcome == RowOutcome.KEPT
    # And when it comes back, it is the same thing.
    insert(source, 4, arabic_name="back")
    run(source)
    assert names()["emp-4"] == "back"


def test_what_people_took_away_here_comes_back_with_a_change_over_there_only(source: Path) -> None:
    for old in ("emp-1", "emp-2", "emp-7"):
        new_side("DELETE FROM legacy_people WHERE id = %s", new_id("employees", old))
    hand_over(OTHER)
    for old in ("emp-2", "emp-7"):
        old_side(source, "UPDATE employees SET arabic_name = 'other' WHERE id = ?", old)
    listed = conflicts(run(source))
    assert listed == {"emp-2": ConflictKind.OLD_SIDE_WON, "emp-7": ConflictKind.LEFT_BEHIND}
    assert names()["emp-2"] == "other"
    assert {"emp-1", "emp-7"}.isdisjoint(names())


def test_a_thing_stays_as_it_was_when_its_row_becomes_unreadable(source: Path) -> None:
    old_side(source, "UPDATE employees SET status = 'suspended' WHERE id = 'emp-2'")
    result = run(source)
    assert conflicts(result) == {"emp-2": ConflictKind.SET_ASIDE}
    assert result.tallies["people"].reasons == {"unreadable_values": 1}
    assert names()["emp-2"] == "old 2"
    old_side(source, "UPDATE employees SET status = 'active', arabic_name = 'well' WHERE id = 'emp-2'")
    assert conflicts(run(source)) == {}
    assert names()["emp-2"] == "well"
    with all_companies("test"):
        assert QuarantinedRow.objects.filter(entry="people", state=QuarantineState.WAITING).count() == 0


def test_a_row_set_aside_that_changes_is_set_aside_as_it_is_now(source: Path) -> None:
    insert(source, 11, salary=-1)
    run(source)
    old_side(source, "UPDATE employees SET salary = -2 WHERE id = 'emp-11'")
    run(source)
    with all_companies("test"):
        kept = QuarantinedRow.objects.get(entry="people")
        assert kept.content["salary"] == -2
    old_side(source, "DELETE FROM employees WHERE id = 'emp-11'")
    run(source)
    with all_companies("test"):
        assert not QuarantinedRow.objects.filter(entry="people").exists()
        assert not ImportedRow.objects.filter(key="emp-11").exists()


def test_a_thing_of_several_rows_goes_with_the_last_of_them(source: Path) -> None:
    insert(source, 11, position="depot")
    insert(source, 12, position="depot")
    run(source)
    assert place_names() == {"shop", "office", "depot"}
    old_side(source, "DELETE FROM employees WHERE id = 'emp-11'")
    run(source)
    assert "depot" in place_names()
    with all_companies("test"):
        assert ImportedRow.objects.get(name="places", key="emp-12").outcome == RowOutcome.IMPORTED
    old_side(source, "UPDATE employees SET position = 'shop' WHERE id = 'emp-12'")
    run(source)
    assert place_names() == {"shop", "office"}


def test_a_dry_run_counts_the_same_and_changes_nothing(source: Path) -> None:
    old_side(source, "UPDATE employees SET arabic_name = 'other' WHERE id = 'emp-2'")
    old_side(source, "DELETE FROM employees WHERE id = 'emp-3'")
    insert(source, 11)
    before = names()
    dry = run(source, dry_run=True)
    assert names() == before
    assert dry.run is None
    wet = run(source)
    assert dry.tallies == wet.tallies
    assert names() != before


def test_rows_are_read_anew_when_the_rules_have_changed_but_what_people_changed_stays(source: Path) -> None:
    emp = {n: new_id("employees", f"emp-{n}") for n in range(1, 4)}
    new_side("UPDATE legacy_people SET name = 'by older rules' WHERE id = %s", emp[1])
    new_side(
        f"UPDATE imported_rows SET state_hash = (SELECT {state_sql(PEOPLE)} FROM legacy_people t WHERE t.id = %s)"
        " WHERE name = 'people' AND key = 'emp-1'",
        emp[1],
    )
    new_side("UPDATE legacy_people SET name = 'here' WHERE id = %s", emp[2])
    new_side("DELETE FROM legacy_people WHERE id = %s", emp[3])
    with all_companies("test"):
        ImportRun.objects.update(rules="older")
    result = run(source)
    tally = result.tallies["people"]
    assert (tally.unchanged, tally.changed, tally.imported) == (10, 1, 0)
    assert (names()["emp-1"], names()["emp-2"]) == ("old 1", "here")
    assert "emp-3" not in names()
    assert conflicts(result) == {}
