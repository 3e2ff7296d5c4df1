from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.utils import timezone

from common.messaging.models import EventRecord
from common.security.services import revoke_session
from common.security.tenancy import company_scope
from document_service.documents.models import AccessCount, Document, DocumentDownload
from document_service.documents.services.links import SALT
from document_service.documents.tasks import fold_counts
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.factories import AccessCountFactory, DocumentFactory
from document_service.documents.tests.files import content_of, docx, pdf, send, send_version, sent

pytestmark = pytest.mark.django_db


def link_to(client: Any, document: Any, **body: Any) -> str:
    answer = client.post(f"/documents/{document['id']}/link", body)
    assert answer.status_code == 201, answer.content
    link = answer.json()["link"]
    assert link["expires_at"]
    return str(urlsplit(link["url"]).path)


def test_a_file_is_given_to_be_saved_and_never_shown(manager: Any) -> None:
    answer = manager.get(sent(manager)["file_path"])
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="contract.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert int(answer["Content-Length"]) == len(content_of(answer))


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("سيرة ذاتية.pdf", f"attachment; filename*=utf-8''{quote('سيرة ذاتية.pdf')}"),
        ('a"b.pdf', 'attachment; filename="a\\"b.pdf"'),
        ("setup.exe", 'attachment; filename="setup.exe.pdf"'),
    ],
)
def test_it_is_saved_under_its_name_with_an_extension_that_fits(manager: Any, name: str, saved: str) -> None:
    assert manager.get(sent(manager, name=name)["file_path"])["Content-Disposition"] == saved


def test_who_was_given_which_file_when_is_noted(manager: Any, as_role: Client, company_id: UUID) -> None:
    document, person_id = sent(manager, is_public=True), uuid4()
    reader = as_role("worker", user_id=person_id)
    content_of(reader.get(document["file_path"], REMOTE_ADDR="192.0.2.7"))
    [noted] = manager.get(f"/documents/{document['id']}/downloads").json()["downloads"]
    assert noted.pop("created_at")
    assert noted == {"user_id": str(person_id), "version": 1, "address": "192.0.2.7"}
    with company_scope(company_id):
        event = EventRecord.objects.get(type="document.downloaded")
    assert event.payload["downloaded_by"] == str(person_id)


def test_the_log_outlives_the_document(manager: Any, company_id: UUID) -> None:
    document = sent(manager, title="Warning letter")
    content_of(manager.get(document["file_path"]))
    manager.delete(f"/documents/{document['id']}")
    with company_scope(company_id):
        assert DocumentDownload.objects.get().title == "Warning letter"


def test_counts_are_exact_before_and_after_they_are_added_to_the_document(
    manager: Any, company_id: UUID
) -> None:
    document = sent(manager)
    address = f"/documents/{document['id']}"
    for _time in range(3):
        content_of(manager.get(document["file_path"]))

    def counts() -> tuple[int, int]:
        [row] = manager.get("/documents").json()["documents"]
        return row["view_count"], row["download_count"]

    manager.get(address)
    assert counts() == (1, 3)
    fold_counts()
    fold_counts()
    assert counts() == (1, 3)
    with company_scope(company_id):
        assert not AccessCount.objects.exists()
        row = Document.objects.get()
    assert (row.view_count, row.download_count) == (1, 3)
    content_of(manager.get(document["file_path"]))
    assert counts() == (1, 4)


def test_a_count_of_a_document_that_is_gone_counts_nothing(company_id: UUID) -> None:
    with company_scope(company_id):
        AccessCountFactory(company_id=company_id)
        other = DocumentFactory(company_id=company_id)
        AccessCountFactory(company_id=company_id, document_id=other.id, views=2)
    fold_counts()
    with company_scope(company_id):
        assert Document.objects.get().view_count == 2


def test_an_older_version_can_still_be_had(manager: Any) -> None:
    first, second = pdf(), docx()
    document = sent(manager, first)
    send_version(manager, document["id"], second)
    assert content_of(manager.get(document["file_path"])) == second
    assert content_of(manager.get(f"{document['file_path']}?version=1")) == first
    assert manager.get(f"{document['file_path']}?version=3").status_code == 404
    assert manager.get(f"{document['file_path']}?version=x").status_code == 422


def test_bytes_that_are_gone_are_a_clear_answer(manager: Any, folder: Path, company_id: UUID) -> None:
    document = sent(manager)
    for path in folder.rglob(document["sha256"]):
        path.unlink()
    answer = manager.get(document["file_path"])
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "FILE_MISSING")
    with company_scope(company_id):
        bare = DocumentFactory(company_id=company_id, file=None)
        assert not DocumentDownload.objects.exists()
    assert manager.get(f"/documents/{bare.id}/download").status_code == 404


def test_a_signed_address_gives_the_file_without_a_session_and_notes_for_whom(
    manager: Any, as_role: Client, api: Client, company_id: UUID
) -> None:
    content, person_id = pdf(), uuid4()
    document = sent(manager, content, is_public=True)
    address = link_to(as_role("worker", user_id=person_id), document)
    for _time in range(2):
        assert content_of(api().get(address, REMOTE_ADDR="192.0.2.8")) == content
    with company_scope(company_id):
        noted = DocumentDownload.objects.get()
    assert (noted.user_id, noted.address) == (person_id, "192.0.2.8")
    link_to(manager, document)
    with company_scope(company_id):
        assert DocumentDownload.objects.count() == 1


def test_a_signed_address_stays_with_its_version(manager: Any, api: Client) -> None:
    first = pdf()
    document = sent(manager, first)
    address = link_to(manager, document)
    send_version(manager, document["id"])
    assert content_of(api().get(address)) == first
    assert content_of(api().get(link_to(manager, document, version=1))) == first


def test_a_signed_address_ends(manager: Any, api: Client, settings: Any) -> None:
    address = link_to(manager, sent(manager))
    settings.LINK_SECONDS = -1
    answer = api().get(address)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "LINK_NOT_VALID")


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a:b:c",
        signing.dumps({"id": 1}, salt=SALT),
        signing.dumps("text", salt=SALT),
        signing.dumps({"id": str(uuid4())}, salt="other"),
        "%00",
        "x" * 5000,
    ],
)
def test_a_forged_address_leads_nowhere(api: Client, token: str) -> None:
    assert api().get(f"/files/{token}").status_code == 404


def test_a_signed_address_ends_with_the_document_and_with_the_session(
    manager: Any, as_role: Client, api: Client
) -> None:
    document, session_id = sent(manager, is_public=True), uuid4()
    address = link_to(as_role("worker", session_id=session_id), document)
    other = link_to(manager, document)
    revoke_session(session_id=session_id, expires_at=timezone.now() + timedelta(hours=1))
    assert api().get(address).status_code == 404
    assert api().get(other).status_code == 200
    manager.delete(f"/documents/{document['id']}")
    assert api().get(other).status_code == 404


def test_a_link_is_for_who_may_read(api: Client, as_role: Client, manager: Any) -> None:
    document = sent(manager)
    assert as_role("worker").post(f"/documents/{document['id']}/link", {}).status_code == 404
    assert api().post(f"/documents/{document['id']}/link", {}).status_code == 401
    assert manager.post(f"/documents/{document['id']}/link", {"days": 9}).status_code == 422


def test_long_transfers_leave_threads_for_everybody_else(manager: Any, settings: Any) -> None:
    large, small = pdf("x" * 2_000_000), pdf()
    document, other = sent(manager, large), sent(manager, small)
    settings.DOCUMENT_TRANSFERS = 1
    running = manager.get(document["file_path"])
    refused = manager.get(document["file_path"])
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "TOO_MANY_TRANSFERS")
    assert refused["Retry-After"] == "2"
    assert send(manager, small).status_code == 503
    assert content_of(manager.get(other["file_path"])) == small
    assert content_of(running) == large
    assert content_of(manager.get(document["file_path"])) == large
