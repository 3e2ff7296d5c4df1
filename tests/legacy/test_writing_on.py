"""The old application writes on while its file is brought over; in the end both sides say the same."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.legacy.command import Done, OldFile
from tests.legacy.conftest import Opened
from tests.legacy.old_system import write_old_system
from tests.legacy.old_writer import OldWriter

RATE = 20.0
EMPLOYEES = 800
SEED = 11

pytestmark = pytest.mark.timeout(900)


def test_after_a_full_import_and_runs_beside_a_busy_writer_one_more_run_makes_both_equal(
    beside_databases: Opened, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    source = tmp_path / "old.db"
    write_old_system(source, employees=EMPLOYEES, seed=SEED)
    old = beside_databases(source)
    with OldWriter(source, rate=RATE, seed=SEED) as writer:
        first = old.bring()
        assert first.code in {0, 1}, first.said
        for _run in range(3):
            follow(old)
    follow(old)
    same = old.verify("--skip-references")
    assert same.code == 0, same.said
    record_property("writes", dict(writer.written))
    nothing = follow(old)
    assert sum(nothing.total(what) for what in ("imported", "changed", "removed")) == 0


def follow(old: OldFile) -> Done:
    done = old.bring("--incremental")
    assert done.code == 0, done.said
    assert done.unaccounted() == {}
    return done
