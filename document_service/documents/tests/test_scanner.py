import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from common.testing.hostile import PIECE, Behaviour, Listener, for_ever, saying
from document_service.documents.choices import ScanState, Verdict
from document_service.documents.models import Document, QuarantinedFile, StoredFile
from document_service.documents.services.quarantine import quarantine_discard, quarantine_release
from document_service.documents.tasks import remove_unused_files, scan_pending
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import content_of, pdf, send, sent

pytestmark = pytest.mark.django_db
VIRUS = pdf("EICAR")


class Clamd:
    """Speaks clamd's INSTREAM protocol on a real socket, and finds the word EICAR."""

    def __init__(self) -> None:
        self.answers: dict[bytes, bytes] = {b"EICAR": b"stream: Eicar-Test-Signature FOUND\0"}
        self.scanned: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while size := struct.unpack("!I", stream.read(4))[0]:
                    content += stream.read(size)
                self.scanned.append(content)
                found = [answer for word, answer in self.answers.items() if word in content]
                connection.sendall(found[0] if found else b"stream: OK\0")


@pytest.fixture
def clamd(settings: Any) -> Iterator[Clamd]:
    server = Clamd()
    settings.CLAMD_ADDRESS = server.address
    settings.CLAMD_SECONDS = 5.0
    yield server
    server.close()


@pytest.fixture
def silent(settings: Any) -> Iterator[None]:
    """A scanner that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{listener.getsockname()[1]}"
        settings.CLAMD_SECONDS = 0.1
        yield


def down(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings.CLAMD_ADDRESS = f"127.0.0.1:{listener.getsockname()[1]}"


def incident(company_id: UUID) -> QuarantinedFile:
    with company_scope(company_id):
        return QuarantinedFile.objects.select_related("file").get()


def test_a_clean_file_is_scanned_whole_and_served(manager: Any, clamd: Clamd) -> None:
    content = pdf("x" * 200_000)
    document = sent(manager, content)
    assert clamd.scanned == [content]
    assert document["scan_state"] == "clean"
    assert content_of(manager.get(document["file_path"])) == content


def test_an_infected_file_makes_no_document_and_is_kept_apart(
    manager: Any, company_id: UUID, clamd: Clamd, folder: Path
) -> None:
    answer = send(manager, VIRUS, name="invoice.pdf")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "INFECTED_FILE")
    assert manager.get("/documents").json()["documents"] == []
    found = incident(company_id)
    assert (found.filename, found.signature, found.verdict) == (
        "invoice.pdf",
        "Eicar-Test-Signature",
        Verdict.WAITING,
    )
    assert found.file is not None
    assert (folder / found.file.key).read_bytes() == VIRUS
    remove_unused_files()
    assert (folder / found.file.key).exists()


def test_bytes_in_quarantine_are_refused_while_the_scanner_is_down(
    manager: Any, clamd: Clamd, settings: Any
) -> None:
    send(manager, VIRUS)
    down(settings)
    assert send(manager, VIRUS).status_code == 422


def test_what_was_served_before_is_not_served_once_it_is_found_infected(manager: Any, clamd: Clamd) -> None:
    content = pdf("tomorrow's virus")
    document = sent(manager, content)
    clamd.answers[b"tomorrow"] = b"stream: New FOUND\0"
    send(manager, content)
    answer = manager.get(document["file_path"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FILE_QUARANTINED")


def test_a_released_file_is_accepted_although_the_scanner_warns(
    manager: Any, company_id: UUID, clamd: Clamd
) -> None:
    send(manager, VIRUS)
    found = incident(company_id)
    with company_scope(company_id):
        quarantine_release(incident_id=found.id, decided_by=uuid4())
    remove_unused_files()
    document = sent(manager, VIRUS)
    assert document["scan_state"] == "released"
    assert content_of(manager.get(document["file_path"])) == VIRUS


def test_a_discarded_file_is_gone(manager: Any, company_id: UUID, clamd: Clamd, folder: Path) -> None:
    send(manager, VIRUS)
    found = incident(company_id)
    with company_scope(company_id):
        quarantine_discard(incident_id=found.id, decided_by=uuid4())
    remove_unused_files()
    assert found.file is not None
    assert not (folder / found.file.key).exists()
    with company_scope(company_id):
        assert not StoredFile.objects.exists()
        assert QuarantinedFile.objects.get().verdict == Verdict.DISCARDED


@pytest.mark.parametrize("trouble", ["down", "silent", "error"])
def test_a_file_waits_for_its_scan_while_the_scanner_has_trouble(
    manager: Any, settings: Any, request: pytest.FixtureRequest, trouble: str
) -> None:
    if trouble == "silent":
        request.getfixturevalue("silent")
    elif trouble == "error":
        request.getfixturevalue("clamd").answers[b"PDF"] = b"INSTREAM size limit exceeded. ERROR\0"
    else:
        down(settings)
    document = sent(manager)
    assert document["scan_state"] == "pending"
    answer = manager.get(document["file_path"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FILE_NOT_SCANNED")
    assert manager.post(f"/documents/{document['id']}/link", {}).status_code == 403
    scan_pending()
    assert manager.get(f"/documents/{document['id']}").json()["document"]["scan_state"] == "pending"


def test_when_the_scanner_is_back_what_waits_is_scanned(
    manager: Any, settings: Any, company_id: UUID, clamd: Clamd
) -> None:
    working = settings.CLAMD_ADDRESS
    down(settings)
    good, bad = sent(manager), sent(manager, VIRUS)
    settings.CLAMD_ADDRESS = working
    scan_pending()
    assert manager.get(good["file_path"]).status_code == 200
    answer = manager.get(bad["file_path"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FILE_QUARANTINED")
    found = incident(company_id)
    assert str(found.document_id) == bad["id"]
    scan_pending()
    assert len(clamd.scanned) == 2
    with company_scope(company_id):
        quarantine_discard(incident_id=found.id, decided_by=uuid4())
    remove_unused_files()
    with company_scope(company_id):
        file = Document.objects.select_related("file").get(pk=bad["id"]).file
    assert file is not None
    assert file.scan_state == ScanState.DISCARDED
    assert manager.get(bad["file_path"]).status_code == 403


def test_a_scan_of_bytes_that_are_gone_waits_and_does_not_hold_up_others(
    manager: Any, settings: Any, folder: Path, clamd: Clamd
) -> None:
    working = settings.CLAMD_ADDRESS
    down(settings)
    lost, good = sent(manager), sent(manager)
    settings.CLAMD_ADDRESS = working
    (folder / next(iter(sorted(folder.glob(f"*/*/{lost['sha256']}"))))).unlink()
    scan_pending()
    assert manager.get(good["file_path"]).status_code == 200


def test_without_a_scanner_nothing_waits(manager: Any, as_role: Client) -> None:
    assert sent(manager)["scan_state"] == "unchecked"
    scan_pending()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "behave",
    [
        for_ever(b"", b"s", threading.Event()),
        for_ever(b"stream: ", PIECE),
        saying(b"\xff" * 100),
        saying(b"HTTP/1.1 200 OK\r\n\r\n"),
        saying(b"stream: OK FOUND NOTHING\0"),
    ],
    ids=["drops", "no end", "noise", "a page", "neither"],
)
def test_a_scanner_that_means_harm_leaves_the_file_unscanned_and_unserved(
    manager: Any, settings: Any, behave: Behaviour
) -> None:
    with Listener(behave).running() as scanner:
        settings.CLAMD_ADDRESS, settings.CLAMD_SECONDS = f"127.0.0.1:{scanner.port}", 0.1
        document = sent(manager)
        scan_pending()
    assert manager.get(document["file_path"]).json()["error"]["code"] == "FILE_NOT_SCANNED"
