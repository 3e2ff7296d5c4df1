"""Bytes and rows together, whoever else is at work and wherever a process dies."""

import io
import os
import threading
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from common.contracts.rights import LEVELS, ROLE_PERMISSIONS
from common.security.principal import Principal
from common.security.tenancy import all_companies, company_scope
from common.testing.conditions import wait_until
from common.testing.threads import run_all
from document_service.documents.files.spool import PREFIX, SpoolHandler, Upload
from document_service.documents.models import Document, DocumentVersion, StoredFile
from document_service.documents.services.documents import document_create
from document_service.documents.services.receiving import file_receive
from document_service.documents.services.sweeping import files_remove_unused, files_sweep
from document_service.documents.tasks import remove_unused_files, sweep_files
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import content_of, pdf, send_version, sent

DAY = timedelta(days=1)
WAITERS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(PREFIX)]


def grown_old(path: Path) -> Path:
    then = (timezone.now() - 2 * DAY).timestamp()
    os.utime(path, (then, then))
    return path


def arrived(content: bytes) -> Upload:
    """An upload as the parser of forms leaves it."""
    handler = SpoolHandler()
    handler.new_file("file", "a.pdf", "application/pdf", len(content))
    handler.receive_data_chunk(content, 0)
    return handler.file_complete(len(content))


def of_company(company_id: UUID) -> Principal:
    role = "company_manager"
    return Principal(
        id=uuid4(),
        session_id=uuid4(),
        company_id=company_id,
        role=role,
        level=LEVELS[role],
        permissions=ROLE_PERMISSIONS[role],
    )


@pytest.fixture
def client_of(as_role: Client) -> Callable[[], Any]:
    """A client for each thread."""
    return lambda: as_role("company_manager")


def test_the_same_bytes_that_come_from_many_at_once_are_stored_once(
    committed_db: None, client_of: Client, company_id: UUID, folder: Path
) -> None:
    content = pdf()
    documents = run_all([partial(sent, client_of(), content) for _ in range(6)])
    assert len({document["id"] for document in documents}) == 6
    assert [path.read_bytes() for path in files_in(folder)] == [content]
    with company_scope(company_id):
        assert StoredFile.objects.count() == 1


def test_bytes_that_are_deleted_and_uploaded_at_once_are_there_afterwards(
    committed_db: None, client_of: Client, folder: Path
) -> None:
    content, client = pdf(), client_of()

    def delete(client: Any, document: Any) -> None:
        assert client.delete(f"/documents/{document['id']}").status_code == 200
        files_remove_unused()

    for _round in range(8):
        old = sent(client, content)
        _none, document = run_all([partial(delete, client_of(), old), partial(sent, client_of(), content)])
        files_remove_unused()
        assert content_of(client.get(document["file_path"])) == content
        delete(client, document)
        assert files_in(folder) == []


def test_a_sweep_waits_for_an_upload_of_the_bytes_that_it_would_remove(
    committed_db: None, company_id: UUID, folder: Path
) -> None:
    content, person = pdf(), of_company(company_id)
    file = file_receive(person=person, company_id=company_id, upload=arrived(content))
    [path] = files_in(folder)
    grown_old(path)
    kept, waiting = threading.Event(), threading.Event()

    def upload() -> Document:
        with company_scope(company_id):
            document = document_create(person=person, company_id=company_id, file=file, title="x")
            kept.set()
            assert waiting.wait(30)
        return document

    def sweep() -> int:
        assert kept.wait(30)
        return files_sweep(older_than=DAY).orphans

    def watch() -> None:
        def sweeper_waits() -> bool:
            with connection.cursor() as cursor:
                cursor.execute(WAITERS)
                return bool(cursor.fetchone()[0])

        assert kept.wait(30)
        wait_until(sweeper_waits, "the sweep waits for the upload")
        waiting.set()

    document, orphans, _none = run_all([upload, sweep, watch])
    assert orphans == 0
    assert path.read_bytes() == content
    with company_scope(company_id):
        assert Document.objects.get().pk == document.pk
    file.upload.close()


def test_versions_added_at_once_have_numbers_of_their_own(committed_db: None, client_of: Client) -> None:
    document = sent(client_of())
    answers = run_all([partial(send_version, client_of(), document["id"]) for _ in range(4)])
    assert sorted(answer.json()["version"]["version"] for answer in answers) == [2, 3, 4, 5]


def test_a_process_that_dies_before_the_row_leaves_bytes_that_a_sweep_removes(
    db: None, company_id: UUID, folder: Path
) -> None:
    upload = arrived(pdf())
    file_receive(person=of_company(company_id), company_id=company_id, upload=upload)
    upload.close()
    [left] = files_in(folder)
    sweep_files()
    assert left.exists()
    grown_old(left)
    assert files_sweep(older_than=DAY, dry_run=True).orphans == 1
    assert left.exists()
    sweep_files()
    assert not left.exists()


def test_a_process_that_dies_while_a_file_arrives_leaves_a_piece_that_a_sweep_removes(
    db: None, folder: Path
) -> None:
    pieces = folder / "incoming"
    pieces.mkdir(parents=True)
    fresh, old = pieces / f"{PREFIX}a", pieces / f"{PREFIX}b"
    fresh.touch()
    old.touch()
    grown_old(old)
    assert files_sweep(older_than=DAY).unfinished == 1
    assert fresh.exists()
    assert not old.exists()


def test_a_process_that_dies_between_bytes_and_row_of_a_deleted_document_is_no_trouble(
    db: None, manager: Any, company_id: UUID, folder: Path
) -> None:
    content = pdf()
    document = sent(manager, content)
    manager.delete(f"/documents/{document['id']}")
    [path] = files_in(folder)
    path.unlink()
    again = sent(manager, content)
    assert content_of(manager.get(again["file_path"])) == content
    manager.delete(f"/documents/{again['id']}")
    path.unlink()
    remove_unused_files()
    with company_scope(company_id):
        assert not StoredFile.objects.exists()


def test_bytes_go_with_the_last_document_that_has_them(
    db: None, manager: Any, company_id: UUID, folder: Path
) -> None:
    content = pdf()
    first, second = sent(manager, content), sent(manager, pdf())
    send_version(manager, second["id"], content)
    manager.delete(f"/documents/{first['id']}")
    remove_unused_files()
    assert content_of(manager.get(second["file_path"])) == content
    assert len(files_in(folder)) == 2
    manager.delete(f"/documents/{second['id']}")
    remove_unused_files()
    remove_unused_files()
    assert files_in(folder) == []
    with company_scope(company_id):
        assert not StoredFile.objects.exists()


def test_bytes_of_another_company_stay(db: None, manager: Any, as_role: Client, folder: Path) -> None:
    content = pdf()
    other = as_role("company_manager", company_id=uuid4())
    own, theirs = sent(manager, content), sent(other, content)
    manager.delete(f"/documents/{own['id']}")
    remove_unused_files()
    assert content_of(other.get(theirs["file_path"])) == content


def test_the_command_says_what_it_removed_and_what_is_missing(
    db: None, manager: Any, company_id: UUID, folder: Path
) -> None:
    document = sent(manager)
    orphan = folder / str(company_id) / "aa" / ("aa" * 32)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"x")
    grown_old(orphan)
    said = io.StringIO()
    call_command("sweep_files", stdout=said)
    assert "1 files without a row removed, 0 unfinished uploads removed." in said.getvalue()
    with all_companies("test"):
        StoredFile.objects.update(created_at=timezone.now() - 2 * DAY)
    for path in folder.rglob(document["sha256"]):
        path.unlink()
    with pytest.raises(CommandError, match="The bytes of 1 stored files are gone"):
        call_command("sweep_files", stdout=said)
    with company_scope(company_id):
        assert DocumentVersion.objects.exists()


def test_the_command_spares_what_may_be_under_way(db: None) -> None:
    with pytest.raises(CommandError, match="under way"):
        call_command("sweep_files", "--older-than", "0")


def test_nothing_stored_is_nothing_to_sweep(db: None) -> None:
    said = io.StringIO()
    call_command("sweep_files", "--dry-run", stdout=said)
    assert "0 files without a row would be removed" in said.getvalue()


def test_a_file_is_copied_whole_when_it_comes_from_another_file_system(
    db: None, manager: Any, folder: Path, settings: Any
) -> None:
    settings.DOCUMENT_SPOOL_DIR = "/dev/shm"  # noqa: S108 - another file system is what is wanted
    content = pdf("x" * 300_000)
    document = sent(manager, content)
    assert content_of(manager.get(document["file_path"])) == content
    assert [path.read_bytes() for path in folder.rglob("*") if path.is_file()] == [content]


def test_an_upload_of_any_size_takes_little_memory(folder: Path) -> None:

    piece = b"%PDF-1.7\n" + bytes(65_527)
    handler = SpoolHandler()
    tracemalloc.start()
    handler.new_file("file", "a.pdf", "application/pdf", None)
    for number in range(320):
        handler.receive_data_chunk(piece, number * len(piece))
    upload = handler.file_complete(0)
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert upload.length == 320 * len(piece)
    assert peak < 1_000_000
    upload.close()
