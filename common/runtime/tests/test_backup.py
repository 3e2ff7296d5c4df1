"""Backups are whole, encrypted on their way to the disk, and come back as they were."""

import stat
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest

from common.runtime.__main__ import main
from common.runtime.backup import PUBLIC_KEYS, back_up, make_key, restore
from common.runtime.errors import OperatorError
from common.runtime.layout import SERVICES
from common.runtime.progress import Progress
from common.runtime.stack import Stack
from common.security.row_security import TenantPolicy

SECRET = "a passport number that nobody may read"
TABLES = """
    CREATE TABLE IF NOT EXISTS feed_head (id smallint PRIMARY KEY, epoch uuid);
    CREATE TABLE IF NOT EXISTS kept (id bigserial PRIMARY KEY, company_id uuid, word text);
    INSERT INTO feed_head VALUES (1, '00000000-0000-4000-8000-000000000001') ON CONFLICT DO NOTHING;
"""
ROWS = "INSERT INTO kept (company_id, word) SELECT gen_random_uuid(), %s FROM generate_series(1, 200)"


@pytest.fixture(scope="module")
def filled(stack: Stack) -> Iterator[Stack]:
    """Every database with rows of 200 companies, which row-level security hides from owner and reader."""
    policy = TenantPolicy("kept")
    for service in SERVICES:
        with psycopg.connect(stack.dsn(service, "owner"), autocommit=True) as owner:
            owner.execute(TABLES)
            owner.execute(ROWS, [SECRET])
            owner.execute(str(policy.sql))
            assert owner.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    yield stack
    for service in SERVICES:
        with psycopg.connect(stack.dsn(service, "owner"), autocommit=True) as owner:
            owner.execute("DROP TABLE kept, feed_head")


@pytest.fixture
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    file = tmp_path / "backup.key"
    make_key(file)
    monkeypatch.setenv(PUBLIC_KEYS, capsys.readouterr().out.strip().partition(f"{PUBLIC_KEYS}=")[2])
    return file


def test_a_backup_is_restored_into_a_new_cluster_with_every_row_and_right(
    filled: Stack, key: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, fresh = tmp_path / "backup", tmp_path / "fresh"
    assert back_up(filled, folder) == 0
    assert restore(fresh, folder, key) == 0
    assert "rows in" in capsys.readouterr().out
    with Stack(fresh, progress=Progress(StringIO())) as stack:
        stack.start_databases()
        for service in SERVICES:
            with psycopg.connect(stack.dsn(service, "backup")) as everything:
                assert everything.execute("SELECT count(*), min(word) FROM kept").fetchone() == (200, SECRET)
            with psycopg.connect(stack.dsn(service)) as app:
                assert app.execute("SELECT count(*) FROM kept").fetchone() == (0,)
                assert app.execute("SELECT epoch::text FROM feed_head").fetchone() != (
                    "00000000-0000-4000-8000-000000000001",
                )
        stack.stop()
        with pytest.raises(OperatorError, match="has tables already"):
            restore(fresh, folder, key)
    stack.remove()


def test_nothing_in_a_backup_can_be_read_without_the_key(filled: Stack, key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    back_up(filled, folder)
    files = sorted(folder.iterdir())
    assert len(files) == len(SERVICES) + 1
    for file in files:
        content = file.read_bytes()
        assert content.startswith(b"age-encryption.org/v1")
        assert SECRET.encode() not in content
        assert b"PGDMP" not in content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    other = tmp_path / "other.key"
    make_key(other)
    with pytest.raises(OperatorError, match="was not made for this key"):
        restore(tmp_path / "nowhere", folder, other)
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_backup_is_refused_and_leaves_nothing(filled: Stack, key: Path, tmp_path: Path) -> None:
    folder, fresh = tmp_path / "backup", tmp_path / "fresh"
    back_up(filled, folder)
    file = folder / "auth_service_db.dump.age"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(OperatorError, match=r"auth_service_db\.dump\.age cannot be restored"):
        restore(fresh, folder, key)
    with Stack(fresh, progress=Progress(StringIO())) as stack:
        stack.start_databases()
        with psycopg.connect(stack.dsn("auth", "backup")) as connection:
            assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    stack.remove()


def test_without_a_key_nothing_is_written(
    filled: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PUBLIC_KEYS, raising=False)
    with pytest.raises(OperatorError, match="nothing is backed up without encryption"):
        back_up(filled, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_key_is_never_overwritten(key: Path) -> None:
    before = key.read_text()
    with pytest.raises(OperatorError, match="is there already"):
        make_key(key)
    assert key.read_text() == before
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_the_command_line_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", ""]) == 2
    assert "Say which one: TO=/path." in capsys.readouterr().err
