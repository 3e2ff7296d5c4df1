from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from common.days import today
from common.reference.models import CompanyRef, EmployeeRef, UserRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in
from document_service.documents.choices import ScanState, Verdict
from document_service.documents.models import (
    Document,
    DocumentCategory,
    DocumentDownload,
    DocumentVersion,
    QuarantinedFile,
    StorageQuota,
    StoredFile,
)
from document_service.documents.services.search_terms import search_terms_add
from document_service.documents.tests.factories import (
    CategoryFactory,
    DocumentFactory,
    DocumentPermissionFactory,
    DocumentVersionFactory,
    DownloadFactory,
    QuarantinedFileFactory,
)
from document_service.documents.tests.files import content_of, pdf

pytestmark = pytest.mark.django_db
LIST = "/admin/documents/document/"


def page_of(document: Any) -> str:
    return f"{LIST}{document.pk}/change/"


def form(**values: Any) -> dict[str, Any]:
    """What a browser sends with the page of a document."""
    managed = {
        f"{name}-{field}": 0
        for name in ("versions", "permissions")
        for field in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    return {**managed, "title": "Passport", "category": "", "tags": "", "description": "", **values}


@pytest.fixture
def document(company_id: UUID) -> Any:
    with company_scope(company_id):
        employee = EmployeeRef.objects.create(
            employee_id=uuid4(),
            company_id=company_id,
            user_id=uuid4(),
            number="E-7",
            full_name_en="Noura Salem",
        )
        document = DocumentFactory(
            company_id=company_id,
            title="Passport",
            employee_id=employee.employee_id,
            document_type="passport",
            document_number="P7654321",
            expires_on=today() + timedelta(days=12),
        )
        DocumentVersionFactory(document=document)
        DocumentPermissionFactory(document=document)
        search_terms_add([document])
    return document


def test_the_list_says_whose_paper_ends_when(client: Client, company_id: UUID, document: Any) -> None:
    with company_scope(other := uuid4()):
        DocumentFactory(company_id=other, title="Foreign")
    sign_in(client, role="company_manager", company_id=company_id)
    page = client.get(LIST, {"q": "pass"}).content.decode()
    for shown in ("Passport", "Noura Salem", "passport", "••••321", ">12<", "not scanned"):
        assert shown in page, shown
    assert "P7654321" not in page
    assert "Foreign" not in client.get(LIST).content.decode()


def test_a_document_of_the_old_system_is_shown_without_its_file_and_with_what_was_said_there(
    client: Client, company_id: UUID
) -> None:
    with company_scope(company_id):
        old = DocumentFactory(
            company_id=company_id,
            title="Old passport",
            filename="old.pdf",
            file=None,
            old_id="doc-7",
            old_values={"file_url": "/uploads/<b>.pdf"},
        )
    sign_in(client, role="company_manager", company_id=company_id)
    assert "without a file" in client.get(LIST, {"state": "missing"}).content.decode()
    page = client.get(page_of(old)).content.decode()
    assert "file_url: /uploads/&lt;b&gt;.pdf" in page
    assert "id: doc-7" in page
    assert reverse("admin:documents_document_download", args=[old.pk, 1]) not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"expiry": "7"}, False),
        ({"expiry": "30"}, True),
        ({"expiry": "over"}, False),
        ({"expiry": "none"}, False),
        ({"state": "archived"}, False),
        ({"state": "pending"}, False),
        ({"state": "quarantine"}, False),
        ({"state": "missing"}, False),
        ({"state": "all"}, True),
        ({"document_type__exact": "passport"}, True),
        ({"q": "residence"}, False),
    ],
)
def test_the_list_is_narrowed(
    client: Client, company_id: UUID, document: Any, query: dict[str, str], found: bool
) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    assert ("Noura Salem" in client.get(LIST, query).content.decode()) is found


def test_the_list_takes_the_same_queries_however_long_it_is(
    client: Client, company_id: UUID, document: Any, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    with company_scope(company_id):
        DocumentFactory.create_batch(30, company_id=company_id)
    with django_assert_max_num_queries(13):
        assert client.get(LIST).status_code == 200


def test_staff_of_a_company_see_what_the_api_shows_them(
    client: Client, company_id: UUID, document: Any
) -> None:
    with company_scope(company_id):
        secret = DocumentFactory(company_id=company_id, title="Secret", read_audiences=["admin"])
    sign_in(client, role="employee", company_id=company_id)
    assert "Secret" not in client.get(LIST).content.decode()
    assert client.get(page_of(secret), follow=True).redirect_chain
    download = reverse("admin:documents_document_download", args=[secret.pk, 1])
    assert client.get(download).status_code == 404


def test_why_a_file_is_not_given_stands_on_its_page(client: Client, company_id: UUID, document: Any) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    download = reverse("admin:documents_document_download", args=[document.pk, 1])
    page = client.get(download, follow=True).content.decode()
    assert "The document&#x27;s file is not here." in page
    with company_scope(company_id):
        assert not DocumentDownload.objects.exists()


def test_another_companys_document_has_no_page(client: Client, document: Any) -> None:
    sign_in(client, role="company_manager", company_id=uuid4())
    assert client.get(page_of(document), follow=True).redirect_chain


def test_the_page_shows_versions_rights_and_the_way_to_the_log(
    client: Client, company_id: UUID, document: Any
) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    page = client.get(page_of(document)).content.decode()
    assert document.filename in page
    assert "P7654321" not in page
    assert reverse("admin:documents_document_download", args=[document.pk, 1]) in page
    assert f"documentdownload/?document__id__exact={document.pk}" in page


def test_a_document_is_uploaded_through_a_form_and_given_out_again(
    client: Client, company_id: UUID, document: Any
) -> None:
    member = sign_in(client, role="company_manager", company_id=company_id)
    content = pdf()
    values = {"title": "Visa", "tags": "a,b", "employee_number": "E-7", "document_type": "residence",
              "document_number": "123", "expires_on": "2030-01-01", "read_audiences": ["hr"]}  # fmt: skip
    answer = client.post(f"{LIST}add/", {**values, "file": SimpleUploadedFile("../visa.pdf", content)})
    assert answer.status_code == 302, answer.content.decode()
    with company_scope(company_id):
        made = Document.objects.get(title="Visa")
    assert (made.uploaded_by, made.employee_id) == (member.id, document.employee_id)
    assert (made.tags, made.filename, made.read_audiences) == (["a", "b"], "visa.pdf", ["hr"])
    download = client.get(reverse("admin:documents_document_download", args=[made.pk, 1]))
    assert content_of(download) == content
    with company_scope(company_id):
        assert DocumentDownload.objects.get().user_id == member.id


@pytest.mark.parametrize(
    ("values", "content", "sentence"),
    [
        ({}, b"MZ" + bytes(100), "Files of this kind are not accepted."),
        ({"employee_number": "E-8"}, pdf(), "The company has no employee of this number."),
        ({"title": ""}, pdf(), "This field is required."),
        ({}, None, "This field is required."),
    ],
)
def test_a_form_that_cannot_be_saved_says_why(
    client: Client, company_id: UUID, document: Any, values: Any, content: bytes | None, sentence: str
) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    file = {} if content is None else {"file": SimpleUploadedFile("a.pdf", content)}
    page = client.post(f"{LIST}add/", {"title": "Visa", **values, **file})
    assert page.status_code == 200
    assert sentence in page.content.decode()
    with company_scope(company_id):
        assert not Document.objects.filter(title="Visa").exists()


def test_a_file_that_is_too_large_is_refused_before_the_form_is_read(
    client: Client, company_id: UUID, settings: Any
) -> None:
    settings.DOCUMENT_MAX_BYTES = 1_000
    sign_in(client, role="company_manager", company_id=company_id)
    answer = client.post(
        f"{LIST}add/", {"title": "Visa", "file": SimpleUploadedFile("a.pdf", pdf("x" * 2_000))}
    )
    assert answer.status_code == 400


def test_a_document_is_changed_and_gets_a_newer_file(client: Client, company_id: UUID, document: Any) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    values = form(
        title="Passport of Noura",
        employee_number="E-7",
        document_type="passport",
        expires_on="2031-01-01",
        change_log="renewed",
        file=SimpleUploadedFile("new.pdf", pdf()),
        **{"versions-TOTAL_FORMS": 1, "versions-INITIAL_FORMS": 1},
    )
    answer = client.post(page_of(document), values)
    assert answer.status_code == 302, answer.content.decode()
    with company_scope(company_id):
        changed = Document.objects.get(pk=document.pk)
        assert DocumentVersion.objects.get(version=2).change_log == "renewed"
    assert (changed.title, changed.version, changed.filename) == ("Passport of Noura", 2, "new.pdf")
    assert (str(changed.expires_on), changed.document_number) == ("2031-01-01", "P7654321")


def test_who_may_not_change_a_document_is_told_so(client: Client, company_id: UUID) -> None:
    with company_scope(company_id):
        document = DocumentFactory(company_id=company_id, write_audiences=["admin"])
    sign_in(client, role="employee", company_id=company_id)
    page = client.post(page_of(document), form(title="Mine"), follow=True)
    assert "You are not allowed to do this." in page.content.decode()
    with company_scope(company_id):
        assert Document.objects.get().title != "Mine"


def test_a_document_is_deleted_on_its_page(client: Client, company_id: UUID, document: Any) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    assert client.post(f"{LIST}{document.pk}/delete/", {"post": "yes"}).status_code == 302
    with company_scope(company_id):
        assert not Document.objects.exists()


def test_who_serves_all_companies_chooses_one(client: Client, company_id: UUID, document: Any) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=company_id, name="Pearl")
    sign_in(client, role="super_admin")
    assert "Pearl" in client.get(LIST, {"company": str(company_id)}).content.decode()
    assert client.get(LIST, {"company": "nonsense"}).status_code == 200
    values = {"title": "Visa", "company": str(company_id), "employee_number": "E-7"}
    answer = client.post(f"{LIST}add/", {**values, "file": SimpleUploadedFile("a.pdf", pdf())})
    assert answer.status_code == 302, answer.content.decode()
    with company_scope(company_id):
        assert Document.objects.get(title="Visa").employee_id == document.employee_id


def test_the_log_of_downloads_is_for_who_works_with_documents(
    client: Client, company_id: UUID, document: Any
) -> None:
    with company_scope(company_id):
        UserRef.objects.create(
            user_id=(reader := uuid4()), email="sara@example.com", company_ids=[company_id]
        )
        DownloadFactory(document=document, user_id=reader)
        DownloadFactory(document=DocumentFactory(company_id=company_id, title="Other"))
    address = reverse("admin:documents_documentdownload_changelist")
    sign_in(client, role="company_manager", company_id=company_id)
    page = client.get(address, {"document__id__exact": str(document.pk)}).content.decode()
    assert "sara@example.com" in page
    assert "Other" not in page
    sign_in(client, role="supervisor", company_id=company_id, permissions=["documents:view"])
    assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    ("action", "verdict", "state"),
    [
        ("release", Verdict.RELEASED, ScanState.RELEASED),
        ("discard", Verdict.DISCARDED, ScanState.DISCARDED),
    ],
)
def test_a_file_in_quarantine_is_decided_about_after_a_look(
    client: Client, company_id: UUID, action: str, verdict: Verdict, state: ScanState
) -> None:
    with company_scope(company_id):
        found = QuarantinedFileFactory(company_id=company_id)
        again = QuarantinedFileFactory(company_id=company_id, file=found.file)
    member = sign_in(client, role="company_manager", company_id=company_id)
    address = reverse("admin:documents_quarantinedfile_changelist")
    assert "Eicar" in client.get(address).content.decode()
    chosen = {"action": action, "_selected_action": [str(found.pk), str(again.pk)]}
    preview = client.post(address, chosen)
    assert "invoice.pdf" in preview.content.decode()
    with company_scope(company_id):
        assert QuarantinedFile.objects.filter(verdict=Verdict.WAITING).count() == 2
    client.post(address, {**chosen, "confirmed": "1"})
    with company_scope(company_id):
        assert {row.verdict for row in QuarantinedFile.objects.all()} == {verdict}
        assert {row.decided_by for row in QuarantinedFile.objects.all()} == {member.id}
        assert StoredFile.objects.get().scan_state == state
    page = client.post(address, chosen, follow=True).content.decode()
    assert "None of these waits for a decision." in page


def test_quarantine_is_for_who_may_delete_documents(client: Client, company_id: UUID) -> None:
    sign_in(client, role="employee", company_id=company_id)
    assert client.get(reverse("admin:documents_quarantinedfile_changelist")).status_code == 403


def test_categories_are_kept_by_hand(client: Client, company_id: UUID) -> None:
    sign_in(client, role="company_manager", company_id=company_id)
    address = reverse("admin:documents_documentcategory_add")
    assert client.post(address, {"name": "Work", "is_active": "on"}).status_code == 302
    with company_scope(company_id):
        category = DocumentCategory.objects.get()
        inner = CategoryFactory(company_id=company_id, name="inner", parent=category)
    page = reverse("admin:documents_documentcategory_change", args=[category.pk])
    ring = client.post(page, {"name": "Work", "parent": str(inner.pk)}, follow=True)
    assert "A category cannot be placed inside itself." in ring.content.decode()
    taken = client.post(address, {"name": "WORK"}, follow=True)
    assert "There is a category of this name." in taken.content.decode()
    assert client.post(page, {"name": "Papers"}).status_code == 302
    with company_scope(company_id):
        category.refresh_from_db()
    assert (category.name, category.name_folded, category.is_active) == ("Papers", "papers", False)


def test_limits_are_for_super_administrators(client: Client, company_id: UUID) -> None:
    with all_companies("test"):
        CompanyRef.objects.create(company_id=company_id, name="Pearl")
    address = reverse("admin:documents_storagequota_add")
    sign_in(client, role="company_manager", company_id=company_id)
    assert client.get(address).status_code == 403
    sign_in(client, role="super_admin")
    answer = client.post(address, {"company": str(company_id), "megabytes": "5"})
    assert answer.status_code == 302, answer.content.decode()
    with company_scope(company_id):
        assert StorageQuota.objects.get().limit == 5 * 1024 * 1024
    page = reverse("admin:documents_storagequota_change", args=[company_id])
    assert "Pearl" in client.get(page).content.decode()
    client.post(page, {"megabytes": "6"})
    with company_scope(company_id):
        assert StorageQuota.objects.get().limit == 6 * 1024 * 1024
