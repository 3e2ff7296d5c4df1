"""Opening the old file, whatever state it is in."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from common.legacy.errors import SourceUnreadableError
from common.legacy.reader import open_legacy
from common.testing.legacy_files import company, employee, user, write_legacy_file

DEMO = Path(__file__).resolve().parents[3] / "demo" / "hrms-elite-dev.db"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1)],
        users=[user(1)],
        employees=[employee(n) for n in range(1, 31)],
    )


def refusal(path: Path) -> str:
    with pytest.raises(SourceUnreadableError) as refused, open_legacy(path):
        pass
    sentence = str(refused.value)
    assert sentence.count("\n") == 0
    assert sentence.endswith(".")
    return sentence


def test_rows_come_in_a_fixed_order_with_everything_in_them() -> None:
    with open_legacy(DEMO) as file:
        assert file.count("employees") == 3
        names = [row["arabic_name"] for row in file.rows("employees")]
        assert names == ["محمد أحمد إبراهيم", "أحمد علي حسن", "فاطمة محمد علي"]
        assert [(place, row["id"]) for place, row in file.placed("employees", after=20)] == [(21, "emp-3")]
        assert list(file.rows("licenses")) == []
        assert file.count("licenses") == 0


def test_what_the_file_lacks_and_what_is_unknown_in_it_is_told(tmp_path: Path) -> None:
    source = write_legacy_file(
        tmp_path / "old.db",
        users=[user(1, favourite_colour="blue")],
        sessions=[{"sid": "1"}],
        notes=[{"id": 1}, {"id": 2}],
    )
    with closing(sqlite3.connect(source)) as file:
        file.execute('ALTER TABLE users DROP COLUMN "claims"')
    with open_legacy(source) as opened:
        shape = opened.shape()
    assert shape.unknown_tables == ("notes",)
    assert shape.tables["notes"].rows == 2
    assert "companies" in shape.missing_tables
    assert shape.tables["users"].missing_columns == ("claims",)
    assert shape.tables["users"].unknown_columns == ("favourite_colour",)
    assert shape.not_carried == ("sessions",)


def test_names_of_tables_and_columns_are_found_in_any_case(tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    with closing(sqlite3.connect(source)) as file, file:
        file.execute('CREATE TABLE "Users" ("ID" TEXT PRIMARY KEY, "Email" TEXT) WITHOUT ROWID')
        file.executemany('INSERT INTO "Users" VALUES (?, ?)', [("b", "b@x.example"), ("a", None)])
    with open_legacy(source) as opened:
        rows = [{"id": "a", "email": None}, {"id": "b", "email": "b@x.example"}]
        assert list(opened.placed("users")) == [(1, rows[0]), (2, rows[1])]
        assert list(opened.placed("users", after=1)) == [(2, rows[1])]


def test_the_place_of_a_row_stays_when_others_come_and_go(tmp_path: Path) -> None:
    source = write_legacy_file(tmp_path / "old.db", users=[user(n) for n in range(1, 5)])
    with closing(sqlite3.connect(source)) as file, file:
        file.execute("DELETE FROM users WHERE id = 'user-2'")
    with open_legacy(source) as opened:
        assert [(place, row["id"]) for place, row in opened.placed("users")] == [
            (1, "user-1"), (3, "user-3"), (4, "user-4")
        ]  # fmt: skip
        assert [place for place, _row in opened.placed("users", after=2)] == [3, 4]


def test_a_column_may_be_called_as_sqlite_calls_the_place(tmp_path: Path) -> None:
    source = write_legacy_file(tmp_path / "old.db", users=[user(1, rowid="b", oid=1), user(2, rowid="a")])
    with open_legacy(source) as opened:
        assert [(place, row["rowid"]) for place, row in opened.placed("users")] == [(1, "b"), (2, "a")]


def test_text_that_is_not_utf_8_stays_as_its_bytes(tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    with closing(sqlite3.connect(source)) as file, file:
        file.execute("CREATE TABLE users (id TEXT, email TEXT)")
        file.executemany("INSERT INTO users VALUES (?, 'sound')", [(str(n),) for n in range(5)])
        file.execute("INSERT INTO users VALUES ('5', CAST(x'c3ff40' AS TEXT))")
        file.execute("INSERT INTO users VALUES ('6', 'sound')")
    with open_legacy(source) as opened:
        found = {row["id"]: row["email"] for row in opened.rows("users")}
        assert found == {str(n): b"\xc3\xff@" if n == 5 else "sound" for n in range(7)}
        assert list(opened.repeated("users", "email")) == [("sound", 1)]


def test_repeated_texts_are_found_with_the_first_place(tmp_path: Path) -> None:
    rows = [user(1), user(2, id=" user-1 "), user(3, id=""), user(4, id=""), user(5, id=None), user(6, id=7)]
    source = write_legacy_file(tmp_path / "old.db", users=[*rows, user(7, id="7"), user(8, id=None)])
    with open_legacy(source) as opened:
        assert sorted(opened.repeated("users", "id")) == [("7", 6), ("user-1", 1)]
        assert list(opened.repeated("licenses", "id")) == []


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    assert "There is no file" in refusal(tmp_path / "nothing.db")


def test_a_folder_is_one_sentence(tmp_path: Path) -> None:
    assert "folder" in refusal(tmp_path)


def test_an_empty_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "old.db").touch()
    assert "empty" in refusal(tmp_path / "old.db")


@pytest.mark.parametrize("content", [b"PK\x03\x04 a spreadsheet" * 50, bytes(range(256)) * 16])
def test_a_file_of_another_kind_or_encrypted_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "old.db").write_bytes(content)
    assert "not a SQLite database, or it is encrypted" in refusal(tmp_path / "old.db")


@pytest.mark.parametrize("share", [0.001, 0.3, 0.5, 0.9])
def test_a_truncated_file_is_one_sentence(source: Path, share: float) -> None:
    whole = source.read_bytes()
    source.write_bytes(whole[: max(20, int(len(whole) * share))])
    assert "truncated" in refusal(source)


def test_a_damaged_file_is_one_sentence(source: Path) -> None:
    content = bytearray(source.read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    source.write_bytes(content)
    assert "damaged" in refusal(source)


def test_a_file_that_cannot_be_opened_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "old.db").symlink_to(tmp_path / "old.db")
    assert "cannot be opened" in refusal(tmp_path / "old.db")


def test_a_locked_file_is_one_sentence(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("common.legacy.snapshot.PATIENCE", 0.1)
    with closing(sqlite3.connect(source, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        assert "locked" in refusal(source)


def test_values_that_break_the_files_own_declarations_are_not_damage(tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    with closing(sqlite3.connect(source)) as file, file:
        file.execute("CREATE TABLE users (id TEXT, email TEXT)")
        file.execute("INSERT INTO users VALUES ('1', NULL)")
        file.execute("PRAGMA writable_schema=ON")
        file.execute("UPDATE sqlite_master SET sql = replace(sql, 'email TEXT', 'email TEXT NOT NULL')")
    with open_legacy(source) as opened:
        assert opened.count("users") == 1


@pytest.fixture
def open_in_old_application(source: Path) -> Iterator[sqlite3.Connection]:
    """The old application has the file open in write-ahead mode, with a row that only the log has."""
    with closing(sqlite3.connect(source, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode=WAL")
        old.execute("INSERT INTO users (id, email) VALUES ('in-the-log', 'log@example.com')")
        yield old


def test_a_file_open_in_the_old_application_is_read_as_it_is_and_goes_on(
    source: Path, open_in_old_application: sqlite3.Connection
) -> None:
    with open_legacy(source) as opened:
        open_in_old_application.execute("INSERT INTO users (id) VALUES ('later')")
        assert [row["id"] for row in opened.rows("users")] == ["user-1", "in-the-log"]


def test_nothing_is_written_beside_the_file(source: Path) -> None:
    with closing(sqlite3.connect(source)) as old:
        old.execute("PRAGMA journal_mode=WAL")
    before = source.read_bytes()
    with open_legacy(source) as opened:
        assert opened.count("employees") == 30
    assert [path.name for path in source.parent.iterdir()] == [source.name]
    assert source.read_bytes() == before


def test_a_copied_file_with_its_log_is_recovered(
    source: Path, open_in_old_application: sqlite3.Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    folder.mkdir()
    for suffix in ("", "-wal"):
        (folder / f"old.db{suffix}").write_bytes(source.with_name(source.name + suffix).read_bytes())
    with open_legacy(folder / "old.db") as opened:
        assert opened.count("users") == 2
    assert {path.name for path in folder.iterdir()} == {"old.db", "old.db-wal"}


def test_a_transaction_that_the_old_application_died_in_is_left_out(source: Path) -> None:
    program = """
import os, sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("PRAGMA cache_size=5")
file.execute("BEGIN")
file.executemany("INSERT INTO employees (id) VALUES (?)", [("x" * 500 + str(n),) for n in range(2000)])
os._exit(9)
"""
    subprocess.run([sys.executable, "-c", program, source], check=False)
    assert source.with_name("old.db-journal").exists()
    with open_legacy(source) as opened:
        assert opened.count("employees") == 30


def test_the_same_content_has_the_same_fingerprint_and_another_one_another(source: Path) -> None:
    fingerprints = set()
    for _ in range(2):
        with open_legacy(source) as opened:
            fingerprints.add(opened.fingerprint)
    with closing(sqlite3.connect(source)) as old, old:
        old.execute("UPDATE users SET first_name = 'x'")
    with open_legacy(source) as opened:
        assert opened.fingerprint not in fingerprints
    assert len(fingerprints) == 1
