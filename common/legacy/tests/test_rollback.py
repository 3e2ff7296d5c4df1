"""``rollback_legacy``: what it takes away, what it leaves and says so, and that it goes on where it stopped."""

import csv
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.plan import Plan
from common.legacy.tests import shelf
from common.legacy.tests.shelf_runs import Shelf, employee_id, somebody, the_shelf
from common.testing.legacy_files import write_dirty_file

__all__ = ["the_shelf"]
KEPT_TABLES = ("shelf_people", "shelf_departments", "imported_rows", "quarantined_rows", "todo_items")


def counts(the_shelf: Shelf) -> dict[str, int]:
    return {table: the_shelf.count(table) for table in KEPT_TABLES}


def state(the_shelf: Shelf, run: str = "first") -> str:
    return str(the_shelf.sql("SELECT state FROM import_runs WHERE name = %s", run)[0][0])


def test_everything_that_a_run_brought_goes(the_shelf: Shelf, tmp_path: Path) -> None:
    before = counts(the_shelf)
    the_shelf.bring(write_dirty_file(tmp_path / "dirty.db"))
    assert all(counts(the_shelf).values())
    report = the_shelf.take_back()
    assert the_shelf.code == 0, the_shelf.lines
    assert counts(the_shelf) == before == dict.fromkeys(KEPT_TABLES, 0)
    assert report["entries"]["people"]["removed"] == 9
    assert report["quarantined"] == 12
    assert state(the_shelf) == "rolled_back"
    assert the_shelf.lines[-1] == report["sentence"]
    assert report["sentence"].endswith("nothing of it stays.")


def test_what_people_have_changed_stays_and_is_listed(the_shelf: Shelf, tmp_path: Path) -> None:
    the_shelf.bring(the_shelf.file(*(somebody(n) for n in range(5))))
    the_shelf.sql("UPDATE shelf_people SET salary = 1 WHERE id = %s", employee_id(3))
    report = the_shelf.take_back()
    assert list(shelf.people()) == ["محمد 3"]
    assert report["entries"]["people"]["stays"] == {"people have changed it here since": 1}
    with (tmp_path / "back" / "employee.stays.csv").open() as file:
        rows = list(csv.reader(file))
    assert rows[1:] == [["people", "emp-3", str(employee_id(3)), "people have changed it here since"]]
    assert the_shelf.sql("SELECT key FROM imported_rows") == [("emp-3",)]


def test_an_old_id_that_a_spreadsheet_would_work_out_is_listed_as_text(
    the_shelf: Shelf, tmp_path: Path
) -> None:
    ids = ("=1+1", "+1", "-1", "@x", "\u200b=1")
    the_shelf.bring(the_shelf.file(*(somebody(n, id=an_id) for n, an_id in enumerate(ids))))
    the_shelf.sql("UPDATE shelf_people SET salary = 1")
    the_shelf.take_back()
    with (tmp_path / "back" / "employee.stays.csv").open(encoding="utf-8") as file:
        assert {row[1] for row in list(csv.reader(file))[1:]} == {f"'{an_id}" for an_id in ids}


def test_what_something_hangs_on_stays_with_the_reason_of_its_service(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2)))
    the_shelf.sql("INSERT INTO shelf_notes VALUES (%s, 'a good person')", employee_id(2))
    report = the_shelf.take_back()
    assert list(shelf.people()) == ["محمد 2"]
    assert report["entries"]["people"]["stays"] == {shelf.HANGS: 1}


def test_what_another_service_still_refers_to_stays(the_shelf: Shelf, tmp_path: Path) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2)))
    (tmp_path / "back").mkdir()
    (tmp_path / "back" / "document.held").write_text(f"{employee_id(2)}\n")
    report = the_shelf.take_back()
    assert list(shelf.people()) == ["محمد 2"]
    assert report["entries"]["people"]["stays"] == {"something that stays in another service refers to it": 1}


def test_what_stays_tells_the_other_services_what_it_holds_on_to(the_shelf: Shelf, tmp_path: Path) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2, company_id="company-2")))
    the_shelf.sql("UPDATE shelf_people SET salary = 1 WHERE id = %s", employee_id(2))
    account = the_shelf.sql("SELECT user_id FROM shelf_people WHERE id = %s", employee_id(2))[0][0]
    the_shelf.take_back()
    held = set((tmp_path / "back" / "employee.held").read_text().split())
    assert held == {str(account), str(new_id("companies", "company-2"))}


def silent_plan(facts: Facts) -> Plan:
    """The shelf's, whose things hold on to nothing."""
    return tuple(replace(entry, account=replace(entry.account, holds="false")) for entry in shelf.plan(facts))


def test_what_the_system_writes_by_itself_holds_on_to_nothing(
    the_shelf: Shelf, tmp_path: Path, settings: Any
) -> None:
    the_shelf.bring(the_shelf.file(somebody(1)))
    the_shelf.sql("UPDATE shelf_people SET salary = 1")
    settings.SERVICE = replace(settings.SERVICE, legacy=f"{__name__}.silent_plan")
    the_shelf.take_back()
    assert list(shelf.people()) == ["محمد 1"]
    assert (tmp_path / "back" / "employee.held").read_text() == ""


def test_what_people_took_away_before_is_no_trouble(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2)))
    the_shelf.sql("DELETE FROM shelf_people WHERE id = %s", employee_id(1))
    report = the_shelf.take_back()
    assert (report["entries"]["people"]["removed"], report["entries"]["people"]["gone"]) == (1, 1)
    assert the_shelf.count("imported_rows") == 0


def test_a_dry_run_says_the_same_and_changes_nothing(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(*(somebody(n) for n in range(5))))
    the_shelf.sql("UPDATE shelf_people SET salary = 1 WHERE id = %s", employee_id(3))
    before = counts(the_shelf)
    dry = the_shelf.take_back(dry_run=True, batch_size=2)
    assert counts(the_shelf) == before
    assert state(the_shelf) == "finished"
    real = the_shelf.take_back(batch_size=2)
    assert dry["entries"] == real["entries"]
    assert "would be taken back" in dry["sentence"]


def test_only_what_that_run_brought_goes(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1)), run="first")
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2), name="second.db"), run="second")
    the_shelf.take_back("second")
    assert list(shelf.people()) == ["محمد 1"]
    the_shelf.take_back("first")
    assert not shelf.people()


def test_a_run_takes_everything_along_though_the_file_was_imported_again_since(
    the_shelf: Shelf, tmp_path: Path
) -> None:
    source = write_dirty_file(tmp_path / "dirty.db")
    the_shelf.bring(source, run="first")
    the_shelf.bring(source, run="second")
    the_shelf.take_back("first")
    assert counts(the_shelf) == dict.fromkeys(KEPT_TABLES, 0)


def test_an_interrupted_rollback_goes_on(
    the_shelf: Shelf, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_shelf.bring(the_shelf.file(*(somebody(n) for n in range(10))))
    monkeypatch.setattr("common.legacy.tests.test_rollback.CALLS_BEFORE_THE_END", [2])
    settings.SERVICE = replace(settings.SERVICE, legacy=f"{__name__}.dying_plan")
    with pytest.raises(KeyboardInterrupt):
        the_shelf.take_back(batch_size=3)
    assert len(shelf.people()) == 4
    assert state(the_shelf) == "rolling_back"
    report = the_shelf.take_back(batch_size=3)
    assert report["entries"]["people"]["removed"] == 4
    assert the_shelf.count("imported_rows") == 0
    assert state(the_shelf) == "rolled_back"


CALLS_BEFORE_THE_END = [0]


def dying_plan(facts: Facts) -> Plan:
    """The shelf's, interrupted in the removal after so many, once."""

    def remove(ids: Collection[UUID]) -> Mapping[UUID, str]:
        stays = shelf.remove_people(ids)
        CALLS_BEFORE_THE_END[0] -= 1
        if CALLS_BEFORE_THE_END[0] == -1:
            raise KeyboardInterrupt
        return stays

    departments, people = shelf.plan(facts)
    return (departments, replace(people, remove=remove))


def careless_plan(facts: Facts) -> Plan:
    """The shelf's, which looks at nothing before it takes people away."""

    def remove(ids: Collection[UUID]) -> Mapping[UUID, str]:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM shelf_people WHERE id = ANY(%s)", [list(ids)])
        return {}

    departments, people = shelf.plan(facts)
    return (departments, replace(people, remove=remove))


def test_a_thing_that_the_database_holds_on_to_stays_and_the_others_of_its_batch_go(
    the_shelf: Shelf, settings: Any
) -> None:
    the_shelf.bring(the_shelf.file(*(somebody(n) for n in range(8))))
    the_shelf.sql("INSERT INTO shelf_notes VALUES (%s, 'held')", employee_id(5))
    settings.SERVICE = replace(settings.SERVICE, legacy=f"{__name__}.careless_plan")
    report = the_shelf.take_back()
    assert report["entries"]["people"]["removed"] == 7
    assert list(shelf.people()) == ["محمد 5"]
    (why,) = report["entries"]["people"]["stays"]
    assert "shelf_notes" in why


def test_a_second_rollback_finds_nothing_left(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1)))
    the_shelf.take_back()
    report = the_shelf.take_back()
    assert the_shelf.code == 0
    assert (report["removed"], report["staying"]) == (0, 0)


def test_after_a_rollback_the_file_can_be_imported_again(the_shelf: Shelf, tmp_path: Path) -> None:
    source = write_dirty_file(tmp_path / "dirty.db")
    the_shelf.bring(source)
    brought = counts(the_shelf)
    the_shelf.take_back()
    the_shelf.bring(source, run="again")
    assert counts(the_shelf) == brought
    the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines


def test_a_run_that_nobody_knows_is_exit_code_2_and_names_those_that_are_known(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1)))
    the_shelf.take_back("another")
    assert the_shelf.code == 2
    assert the_shelf.lines[-1].endswith("the employee service knows first.")
    assert len(shelf.people()) == 1


def test_among_several_services_one_may_not_know_the_run(the_shelf: Shelf) -> None:
    report = the_shelf.take_back("another", if_any=True)
    assert the_shelf.code == 0
    assert report["sentence"] == (
        "The employee service knows no import called another; nothing was taken back."
    )
