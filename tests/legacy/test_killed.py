"""An import that is killed with signal 9 wherever it is, and run again, ends where an undisturbed one ends."""

import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from common.runtime.databases import Databases
from common.runtime.layout import SERVICES
from common.runtime.provision import database_name, owner_role
from common.runtime.stack import Stack
from tests.legacy.command import OldFile, kill
from tests.legacy.conftest import Opened
from tests.legacy.content import FEEDS, RUN_RECORDS, Content, differences, in_essence
from tests.legacy.old_system import write_old_system

KILLS = int(os.environ.get("LEGACY_KILLS", "3"))
SEED = int(os.environ.get("LEGACY_SEED") or 0) or time.time_ns() % 1_000_000
EMPLOYEES, FAULTS = 1_500, 0.1
BATCH = ("--batch-size", "100")
# What an import is killed in most often, and what an operator who is in a hurry does: again, and again.
MOST_KILLS_OF_ONE_IMPORT = 3

pytestmark = pytest.mark.timeout(300 + 120 * KILLS)


class Undisturbed:
    """What an import makes of the file that nobody kills, and how long it takes."""

    def __init__(self, old: OldFile, content: Content, seconds: float) -> None:
        self.old = old
        self.content = content
        self.seconds = seconds


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("old") / "old.db"
    write_old_system(path, employees=EMPLOYEES, faults=FAULTS, seed=SEED)
    return path


@pytest.fixture(scope="module")
def empty_again(quiet_stack: Stack) -> Iterator[Callable[[], None]]:
    """Puts the six databases back to how they were before the first test."""
    with psycopg.connect(quiet_stack.dsn("auth", "superuser"), dbname="postgres", autocommit=True) as server:
        for service in SERVICES:
            _copy(server, database_name(service), _kept(service), owner_role(service))

        def put_back() -> None:
            for service in SERVICES:
                _copy(server, _kept(service), database_name(service), owner_role(service))

        yield put_back


@pytest.fixture
def undisturbed(
    quiet_stack: Stack, beside_databases: Opened, empty_again: Callable[[], None], source: Path
) -> Undisturbed:
    empty_again()
    old = beside_databases(source)
    began = time.monotonic()
    done = old.bring(*BATCH)
    seconds = time.monotonic() - began
    assert done.code == 0, done.said
    assert done.unaccounted() == {}
    return Undisturbed(old, content(quiet_stack), seconds)


def content(stack: Stack) -> Content:
    """All that an import leaves behind, with every event that it tells; but not how often it was started."""
    with Databases(stack) as databases:
        return in_essence(databases, without=FEEDS | RUN_RECORDS)


def test_wherever_it_is_killed_it_ends_as_if_it_had_not_been(
    quiet_stack: Stack,
    undisturbed: Undisturbed,
    empty_again: Callable[[], None],
    record_property: Callable[[str, object], None],
) -> None:
    chance, killed, trials, longest = random.Random(SEED), 0, 0, undisturbed.seconds
    record_property("seed (LEGACY_SEED)", SEED)
    while killed < KILLS:
        empty_again()
        trials += 1
        old = OldFile(quiet_stack, undisturbed.old.source, undisturbed.old.reports / f"{trials}")
        old.reports.mkdir()
        moments = []
        for _again in range(chance.randint(1, MOST_KILLS_OF_ONE_IMPORT)):
            moments.append(chance.uniform(0.1, 1.0) * longest)
            ended = _killed_after(moments[-1], old)
            killed += ended is None
            # The machine may be quicker by now than it was at first.
            longest = ended or longest
        done = old.bring(*BATCH)
        told = f"seed {SEED}, killed after {', '.join(f'{moment:.2f} s' for moment in moments)}"
        assert done.code == 0, f"{told}\n{done.said}"
        assert differences(undisturbed.content, content(quiet_stack)) == [], told
        assert old.verify("--skip-references").code == 0, told
    record_property("kills", killed)


def _killed_after(seconds: float, old: OldFile) -> float | None:
    """Begin an import and kill it; when it ended by itself before, how long that took."""
    began = time.monotonic()
    process = old.begin_import(*BATCH)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return None if kill(process) else time.monotonic() - began


def _kept(service: str) -> str:
    return f"{database_name(service)}_kept"


def _copy(server: psycopg.Connection, source: str, target: str, owner: str) -> None:
    names = {
        "source": sql.Identifier(source),
        "target": sql.Identifier(target),
        "owner": sql.Identifier(owner),
    }
    server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY(%s)", [[source, target]]
    )
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {target}").format(**names))
    server.execute(sql.SQL("CREATE DATABASE {target} TEMPLATE {source} OWNER {owner}").format(**names))
