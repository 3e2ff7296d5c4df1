"""Old files that SQLCipher encrypted, where its package is installed."""

import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from common.legacy.errors import SourceUnreadableError
from common.legacy.reader import open_legacy
from common.testing.legacy_files import company, employee, write_legacy_file

KEY = "a key of more than thirty-two letters, isn't it"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return path


@pytest.fixture
def encrypted(tmp_path: Path) -> Callable[[Path, str], sqlite3.Connection]:
    """Write a plain file's content into an encrypted one; answers a connection that is open for writing."""
    library: Any = pytest.importorskip("sqlcipher3.dbapi2")

    def write(path: Path, key: str = KEY) -> sqlite3.Connection:
        plain = write_legacy_file(
            tmp_path / "plain.db",
            companies=[company(1)],
            employees=[employee(n, notes="سر") for n in range(1, 4)],
        )
        connection: sqlite3.Connection = library.connect(str(path))
        quoted = key.replace("'", "''")
        connection.execute(f"PRAGMA key = '{quoted}'")
        connection.execute("ATTACH ? AS plain KEY ''", [str(plain)])
        for table in ("companies", "employees"):
            connection.execute(f"CREATE TABLE {table} AS SELECT * FROM plain.{table}")
        connection.commit()
        connection.execute("DETACH plain")
        plain.unlink()
        return connection

    return write


def refusal(path: Path, key_file: Path | None) -> str:
    with pytest.raises(SourceUnreadableError) as refused, open_legacy(path, key_file):
        pass
    sentence = str(refused.value)
    assert KEY not in sentence
    assert refused.value.__cause__ is None
    return sentence


def test_an_encrypted_file_is_read_with_its_key_also_while_it_is_written_to(
    tmp_path: Path, key_file: Path, encrypted: Callable[..., sqlite3.Connection]
) -> None:
    source = tmp_path / "old.db"
    with closing(encrypted(source)) as writer:
        for mode in ("DELETE", "WAL"):
            writer.execute(f"PRAGMA journal_mode = {mode}")
            writer.execute("UPDATE employees SET notes = ?", [mode])
            writer.commit()
            writer.execute("UPDATE employees SET notes = 'uncommitted'")
            with open_legacy(source, key_file) as file:
                assert {row["notes"] for row in file.rows("employees")} == {mode}
            writer.rollback()


def test_the_same_content_has_the_same_fingerprint_however_it_is_encrypted(
    tmp_path: Path, key_file: Path, encrypted: Callable[..., sqlite3.Connection]
) -> None:
    fingerprints = []
    for name in ("one.db", "two.db"):
        with closing(encrypted(tmp_path / name)), open_legacy(tmp_path / name, key_file) as file:
            fingerprints.append(file.fingerprint)
            assert [row["notes"] for row in file.rows("employees")] == ["سر"] * 3
    assert fingerprints[0] == fingerprints[1]
    assert (tmp_path / "one.db").read_bytes() != (tmp_path / "two.db").read_bytes()


def test_another_key_is_one_sentence_without_it(
    tmp_path: Path,
    key_file: Path,
    encrypted: Callable[..., sqlite3.Connection],
    capfd: pytest.CaptureFixture[str],
) -> None:
    encrypted(tmp_path / "old.db", "another key altogether, as long as it has to be").close()
    assert "cannot be read with this key" in refusal(tmp_path / "old.db", key_file)
    assert capfd.readouterr().err == ""


def test_a_plain_file_needs_no_key(tmp_path: Path, key_file: Path) -> None:
    pytest.importorskip("sqlcipher3.dbapi2")
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1)])
    assert "is not encrypted" in refusal(source, key_file)


def test_an_encrypted_file_without_a_key_says_which_option_is_missing(tmp_path: Path) -> None:
    source = tmp_path / "old.db"
    source.write_bytes(bytes(range(256)) * 32)
    assert "--key-file" in refusal(source, None)


def test_the_package_is_asked_for_when_it_is_missing(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sqlcipher3", "sqlcipher3.dbapi2"):
        monkeypatch.setitem(sys.modules, name, None)
    assert "pip install sqlcipher3-wheels" in refusal(tmp_path / "old.db", key_file)


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_key_file_without_a_key_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    assert "key file" in refusal(tmp_path / "old.db", tmp_path / "key")
    assert "cannot be read" in refusal(tmp_path / "old.db", tmp_path / "no such key")
