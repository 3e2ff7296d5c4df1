"""Papers about a person are told of, given out under notice, and deleted when nothing has them kept."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.contracts.base import to_wire
from common.messaging.tests.conftest import TokenOf
from common.privacy.models import Access
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Order, Subject
from common.reference.models import EmployeeRef
from common.security.tenancy import all_companies, company_scope
from document_service.documents.choices import ScanState
from document_service.documents.models import Document, DocumentVersion, StoredFile
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.factories import DocumentFactory, DocumentVersionFactory
from document_service.documents.tests.files import content_of, pdf, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(company_id: UUID) -> Subject:
    return Subject(company_id=company_id, employee_id=uuid4(), user_id=uuid4())


@pytest.fixture
def papers(subject: Subject) -> dict[str, Document]:
    """A contract and a photo of the person, and a contract of somebody else."""
    whose = {"contract": subject.employee_id, "other": subject.employee_id, "passport": uuid4()}
    made = {}
    with company_scope(subject.company_id):
        for kind, employee_id in whose.items():
            version = DocumentVersionFactory(
                document__company_id=subject.company_id,
                document__employee_id=employee_id,
                document__document_type=kind,
            )
            made[kind] = version.document
    return made


def kinds_left(subject: Subject) -> set[str]:
    with company_scope(subject.company_id):
        return set(Document.objects.values_list("document_type", flat=True))


def test_papers_and_their_versions_are_told_of(subject: Subject, papers: dict[str, Document]) -> None:
    held = {section.holding: section.rows for section in share_collect(subject)}
    assert {row["document_type"] for row in held["documents"]} == {"contract", "other"}
    assert len(held["files"]) == 2
    stranger = Subject(company_id=uuid4(), employee_id=subject.employee_id, user_id=subject.user_id)
    assert share_collect(stranger) == []


def test_what_proves_the_employment_stays_as_long_as_the_law_says(
    subject: Subject, papers: dict[str, Document]
) -> None:
    until = date(2031, 5, 1)
    answer = share_erase(Order(request_id=uuid4(), subject=subject, keep_until=until))
    assert kinds_left(subject) == {"contract", "passport"}
    kept = next(line for line in answer.lines if line.fate == "kept")
    assert (kept.rows, kept.because, kept.until) == (1, "employment_law", until)


def test_afterwards_all_papers_go_with_their_bytes(subject: Subject, papers: dict[str, Document]) -> None:
    share_erase(Order(request_id=uuid4(), subject=subject, account=True))
    assert kinds_left(subject) == {"passport"}
    with company_scope(subject.company_id):
        assert DocumentVersion.objects.count() == 1
        assert StoredFile.objects.filter(unused_since__isnull=False).count() == 2


def test_who_looks_at_a_persons_paper_and_who_takes_its_file_are_noted(
    manager: Any, as_role: Client, company_id: UUID, subject: Subject
) -> None:
    with company_scope(company_id):
        EmployeeRef.objects.create(
            employee_id=subject.employee_id, company_id=company_id, user_id=subject.user_id
        )
    document = sent(manager, employee_id=str(subject.employee_id))
    reader_id = uuid4()
    reader = as_role("company_manager", user_id=reader_id)
    reader.get(f"/documents/{document['id']}")
    content_of(reader.get(document["file_path"]))
    noted = manager.get(f"/person-accesses?subject_id={subject.employee_id}").json()["accesses"]
    assert [one["action"] for one in noted] == ["downloaded", "viewed"]
    assert {one["actor_id"] for one in noted} == {str(reader_id)}
    with company_scope(company_id):
        plain = DocumentFactory(company_id=company_id)
    reader.get(f"/documents/{plain.pk}")
    with all_companies("test"):
        assert Access.objects.count() == 2


def test_a_persons_files_are_given_to_the_service_that_makes_the_package_and_to_nobody_else(
    manager: Any, api: Any, token_of: TokenOf, person_token: Any, subject: Subject
) -> None:
    with company_scope(subject.company_id):
        EmployeeRef.objects.create(
            employee_id=subject.employee_id, company_id=subject.company_id, user_id=subject.user_id
        )
    content = pdf()
    sent(manager, content, employee_id=str(subject.employee_id))
    [named] = next(one.rows for one in share_collect(subject) if one.holding == "files")
    asking, address = api(token_of("employee", "document")), "/internal/privacy/files"
    body = {**to_wire(subject), "version_id": named["id"]}
    assert content_of(asking.post(address, body)) == content
    for other in ("employee_id", "company_id", "version_id"):
        refused = asking.post(address, {**body, other: str(uuid4())})
        assert (refused.status_code, refused.json()["error"]["code"]) == (404, "FILE_MISSING")
    with all_companies("test"):
        StoredFile.objects.update(scan_state=ScanState.INFECTED)
    assert asking.post(address, body).json()["error"]["code"] == "FILE_QUARANTINED"
    assert api(token_of("analytics", "document")).post(address, body).status_code == 403
    assert api(person_token(role="super_admin")).post(address, body).status_code == 401
