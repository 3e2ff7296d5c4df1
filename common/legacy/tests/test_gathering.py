"""The store of facts: made once, by one process at a time, whole or not at all; and what it is asked."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from common.conf.service import PORTS
from common.legacy import fact_store, gathering
from common.legacy.errors import ReportUnwritableError
from common.legacy.fact_store import FileFacts
from common.legacy.gathering import KEPT, gather_facts
from common.legacy.ids import employee_user_id, new_id
from common.legacy.ledger import key_of, source_hash
from common.legacy.reader import open_legacy
from common.legacy.rules import plan_rules, reading_rules
from common.testing.legacy_files import company, employee, user, write_dirty_file, write_legacy_file

DYING = """
import os, signal, sys
from pathlib import Path
import django
django.setup()
from common.legacy.gathering import gather_facts
from common.legacy.reader import open_legacy
def die(what, done, of):
    os.kill(os.getpid(), signal.SIGKILL)
with open_legacy(Path(sys.argv[1])) as file:
    gather_facts(file, Path(sys.argv[2]), die)
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1), company(2)],
        users=[user(1), user(2, role="emperor")],
        employees=[employee(n, email="user1@example.com" if n == 1 else None) for n in range(1, 5)],
        licenses=[{"id": "l-1", "company_id": "company-1"}, {"id": "l-2", "company_id": "company-9"}],
    )


def stores(folder: Path) -> list[Path]:
    return sorted(folder.glob("facts-*.db"))


def test_the_facts_of_a_file_are_gathered_once(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "facts"
    with open_legacy(source) as file:
        gather_facts(file, folder).close()
        (store,) = stores(folder)
        assert stat.S_IMODE(store.stat().st_mode) == 0o600
        monkeypatch.setattr(gathering, "gather_into", None)
        with closing(gather_facts(file, folder)) as facts:
            assert facts.carried_company("company-2") == new_id("companies", "company-2")
            assert facts.companies() == {f"company-{n}": new_id("companies", f"company-{n}") for n in (1, 2)}


def test_they_say_who_can_be_carried_and_nothing_that_says_who_anybody_is(
    source: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "facts"
    with open_legacy(source) as file, closing(gather_facts(file, folder)) as facts:
        linked, other = facts.carried_employee("emp-1"), facts.carried_employee("emp-2")
        account = facts.carried_user("user-1")
        assert (facts.carried_user("user-2"), facts.carried_employee("emp-9")) == (None, None)
        assert facts.named_license("l-2") is None
        license_ = facts.named_license("l-1")
    assert account is not None
    assert account.role == "worker"
    assert linked is not None
    assert linked.user_id == account.id
    assert other == (
        new_id("employees", "emp-2"),
        new_id("companies", "company-1"),
        employee_user_id("emp-2"),
    )
    assert license_ == (new_id("licenses", "l-1"), new_id("companies", "company-1"))
    (store,) = stores(folder)
    assert b"example.com" not in store.read_bytes()
    assert "محمد".encode() not in store.read_bytes()


def test_answers_are_the_same_whether_prepared_or_not_and_however_few_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_dirty_file(tmp_path / "old.db")

    def answers(facts: FileFacts, *, prepared: bool) -> list[Any]:
        found: list[Any] = []
        for table in ("users", "employees"):
            rows = list(file.placed(table))
            if prepared:
                facts.prepare(table, [row for _place, row in rows])
            found += [facts.depends(table, row) for _place, row in rows]
            found += [facts.account_of(str(row["id"])) for _place, row in rows]
        return found

    with open_legacy(source) as file:
        with closing(gather_facts(file)) as facts:
            expected = answers(facts, prepared=True)
        monkeypatch.setattr(fact_store, "_REMEMBERED", 2)
        with closing(gather_facts(file)) as facts:
            assert answers(facts, prepared=False) == expected


def test_many_at_once_read_one_store(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "facts"

    def ask(_number: int) -> UUID:
        with open_legacy(source) as file, closing(gather_facts(file, folder)) as facts:
            return facts.account_of("emp-1")

    with ThreadPoolExecutor(len(PORTS)) as pool:
        found = set(pool.map(ask, range(len(PORTS))))
    assert found == {new_id("users", "user-1")}
    assert len(stores(folder)) == 1


def test_a_process_that_dies_at_it_leaves_no_store_and_no_lock(source: Path, tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    program = [sys.executable, "-c", DYING, str(source), str(folder)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    died = subprocess.run(program, env=environment, check=False, capture_output=True, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert stores(folder) == []
    with open_legacy(source) as file:
        gather_facts(file, folder).close()
    assert len(stores(folder)) == 1
    assert not list(folder.glob("*.partial"))


def test_the_stores_of_the_last_few_files_are_kept(tmp_path: Path) -> None:
    folder = tmp_path / "facts"
    made: list[Path] = []
    for number in range(KEPT + 2):
        path = write_legacy_file(tmp_path / f"{number}.db", companies=[company(number)])
        with open_legacy(path) as file:
            gather_facts(file, folder).close()
        (new,) = set(stores(folder)) - set(made)
        os.utime(new, (number, number))
        made.append(new)
    assert stores(folder) == sorted(made[-KEPT:])


def test_a_folder_that_cannot_be_made_is_one_sentence(source: Path, tmp_path: Path) -> None:
    (tmp_path / "facts").write_text("a file in the way")
    with open_legacy(source) as file, pytest.raises(ReportUnwritableError, match="cannot be written"):
        gather_facts(file, tmp_path / "facts")


def test_a_rows_hash_is_of_all_its_fate_depends_on(tmp_path: Path) -> None:
    def hashes(name: str, *, companies: Sequence[Any], users: Sequence[Any], notes: str = "a") -> list[int]:
        path = write_legacy_file(
            tmp_path / name,
            companies=companies,
            users=users,
            employees=[employee(1, company_id="company-2", notes=notes)],
            employee_leaves=[{"id": "l-1", "employee_id": "emp-1", "approved_by": "user-1"}],
        )
        with open_legacy(path) as file, closing(gather_facts(file)) as facts:
            return [
                source_hash(row, facts, table)
                for table in ("employees", "employee_leaves")
                for row in file.rows(table)
            ]

    person, leave = hashes("0", companies=[company(1), company(2)], users=[user(1)])
    assert hashes("same", companies=[company(2), company(1)], users=[user(2), user(1)]) == [person, leave]
    # Its own words are the row's own affair.
    changed = hashes("words", companies=[company(1), company(2)], users=[user(1)], notes="b")
    assert changed[0] != person
    assert changed[1] == leave
    orphaned = hashes("orphan", companies=[company(1)], users=[user(1)])
    assert {person, leave}.isdisjoint(orphaned)
    unapproved = hashes("nobody", companies=[company(1), company(2)], users=[])
    assert unapproved[0] == person
    assert unapproved[1] != leave


@pytest.mark.parametrize(
    ("old_id", "key"),
    [
        ("emp-1", "emp-1"),
        (" emp-1 ", "emp-1"),
        (7, "7"),
        ("#3", "##3"),
        (None, "#5"),
        ("x" * 300, "#5"),
        ("emp-2", "#5"),
    ],
)
def test_a_rows_key_is_its_old_id_unless_it_has_none_of_its_own(
    tmp_path: Path, old_id: Any, key: str
) -> None:
    rows = [employee(n, id=f"other-{n}") for n in range(1, 4)]
    path = write_legacy_file(tmp_path / "old.db", employees=[*rows, employee(2), employee(5, id=old_id)])
    with open_legacy(path) as file, closing(gather_facts(file)) as facts:
        *_others, (place, row) = file.placed("employees")
        assert key_of(row, place, facts, "employees") == key


def test_rules_have_a_number_of_their_own() -> None:
    assert len(reading_rules()) == 8
    assert plan_rules(stores).startswith(reading_rules())
    assert len(plan_rules(stores)) == 16
