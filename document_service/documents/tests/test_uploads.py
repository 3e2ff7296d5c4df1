from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies, company_scope
from document_service.documents.models import StoredFile
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import content_of, pdf, send, sent

pytestmark = pytest.mark.django_db


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_document_is_uploaded_and_downloaded_again(manager: Any, company_id: UUID, folder: Path) -> None:
    content = pdf()
    document = sent(manager, content, title="Contract", tags="hr, 2026،hr", category="contracts")
    assert (document["title"], document["filename"]) == ("Contract", "contract.pdf")
    assert (document["file_size"], document["mime_type"]) == (len(content), "application/pdf")
    assert (document["tags"], document["version"]) == (["hr", "2026"], 1)
    assert document["company_id"] == str(company_id)
    assert content_of(manager.get(document["file_path"])) == content
    [file] = kept(folder)
    assert file.relative_to(folder).parts == (str(company_id), file.name[:2], file.name)
    assert file.read_bytes() == content


def test_the_same_bytes_are_stored_once_a_company(manager: Any, as_role: Client, folder: Path) -> None:
    content = pdf()
    first, second = sent(manager, content), sent(manager, content, title="Copy")
    assert first["id"] != second["id"]
    assert len(kept(folder)) == 1
    sent(as_role("company_manager", company_id=uuid4()), content)
    assert len(kept(folder)) == 2
    with all_companies("test"):
        assert StoredFile.objects.count() == 2


def test_an_upload_is_told_of(manager: Any, company_id: UUID) -> None:
    document = sent(manager)
    with company_scope(company_id):
        event = EventRecord.objects.get(type="document.uploaded")
    assert event.payload["document_id"] == document["id"]
    assert event.payload["size"] == document["file_size"]


def test_a_worker_may_not_upload(as_role: Client, folder: Path) -> None:
    assert send(as_role("worker")).status_code == 403
    assert not folder.exists()
