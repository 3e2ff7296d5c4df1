"""Files come in whole, agree with what is here, and go again without a trace."""

from pathlib import Path

import pytest

from common.runtime.databases import Databases
from common.runtime.layout import ROOT
from tests.e2e.house import House
from tests.legacy.command import OldFile
from tests.legacy.conftest import Opened
from tests.legacy.content import EVENT_LOGS, FEEDS, RUN_RECORDS, Content, differences, exactly
from tests.legacy.old_system import write_old_system

# The old application's own files.
REAL_FILES = (ROOT / "demo" / "hrms-elite-dev.db", ROOT / "demo" / "hrms-elite-backup-2025-08-05.db")
LOGS = EVENT_LOGS | FEEDS | RUN_RECORDS
EMPLOYEES, FAULTS = 600, 0.25
SEED = 20_260_722

pytestmark = pytest.mark.timeout(900)


def settled(house: House) -> Content:
    """Everything that is not a log, once nothing is on its way."""
    house.wait_quiet()
    return exactly(house.databases, without=LOGS)


def told_so_far(house: House) -> tuple[int, int, int]:
    """Mails, notices that are not out of an old file, and events that notices are made of."""
    own = house.databases.value("notification", "SELECT count(*) FROM notifications WHERE old_id = ''")
    heard = house.databases.value("notification", "SELECT count(*) FROM heard_events")
    return house.mailbox.count(), own, heard


@pytest.mark.parametrize("source", REAL_FILES, ids=lambda path: path.stem)
def test_a_real_file_comes_in_agrees_and_goes_without_a_trace(
    house: House, beside_services: Opened, source: Path
) -> None:
    comes_in_agrees_and_goes(house, beside_services(source))


def test_a_spoiled_file_comes_in_agrees_and_goes_without_a_trace(
    house: House, beside_services: Opened, tmp_path: Path
) -> None:
    source = tmp_path / "spoiled.db"
    write_old_system(source, employees=EMPLOYEES, faults=FAULTS, seed=SEED)
    comes_in_agrees_and_goes(house, beside_services(source))


def comes_in_agrees_and_goes(house: House, old: OldFile) -> None:
    before, told = settled(house), told_so_far(house)

    first = old.bring()
    assert first.code == 0, first.said
    assert first.unaccounted() == {}
    brought = settled(house)
    agrees(old)
    copies_are_complete(house.databases)
    figures_agree(house)
    assert told_so_far(house) == told

    again = old.bring()
    assert again.code == 0, again.said
    assert (again.unaccounted(), again.total("imported")) == ({}, 0)
    assert differences(brought, settled(house)) == []

    gone = old.take_back(first.folder.name)
    assert gone.code == 0, gone.said
    assert differences(before, settled(house)) == []
    figures_agree(house)
    assert told_so_far(house) == told


def agrees(old: OldFile) -> None:
    done = old.verify()
    assert done.code == 0, done.said


def copies_are_complete(databases: Databases) -> None:
    """Whoever keeps copies of names has those of all that came."""
    for table, key, owner, followers in (
        ("companies", "id", "company", ("auth", "employee", "document", "notification", "analytics")),
        ("departments", "id", "company", ("employee", "notification", "analytics")),
        ("users", "id", "auth", ("employee", "document", "notification", "analytics")),
        ("employees", "id", "employee", ("company", "document", "notification", "analytics")),
    ):
        own = databases.rows(owner, f"SELECT {key} FROM {table} ORDER BY 1")
        singular = {
            "companies": "company",
            "departments": "department",
            "users": "user",
            "employees": "employee",
        }
        for follower in followers:
            copied = databases.rows(follower, f"SELECT {singular[table]}_id FROM {table}_ref ORDER BY 1")
            assert copied == own, f"{table} in {follower}"


def figures_agree(house: House) -> None:
    """Analytics' figures are those of a recount and of a rebuild; the headcounts are those of the ledger."""
    house.stack.manage("analytics", "check_metrics")
    rebuilt = house.stack.manage("analytics", "backfill", "--producer", "employee", "--dry-run").stdout
    assert "no difference" in rebuilt
    assert "agrees" in house.stack.manage("company", "recount_headcount").stdout
