"""Rows for tests; call them in the scope of the company they are of."""

from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from document_service.documents.choices import Action, ScanState
from document_service.documents.models import (
    AccessCount,
    Document,
    DocumentCategory,
    DocumentDownload,
    DocumentPermission,
    DocumentVersion,
    ExpiryNotice,
    QuarantinedFile,
    SearchTerm,
    StorageQuota,
    StoredFile,
)


class StoredFileFactory(DjangoModelFactory[StoredFile]):
    class Meta:
        model = StoredFile

    company_id = factory.LazyFunction(uuid4)
    sha256 = factory.LazyFunction(lambda: uuid4().hex * 2)
    size = 12_345
    scan_state = ScanState.UNCHECKED


class DocumentFactory(DjangoModelFactory[Document]):
    class Meta:
        model = Document

    company_id = factory.LazyFunction(uuid4)
    title = factory.Sequence(lambda number: f"عقد عمل {number}")
    filename = factory.Sequence(lambda number: f"contract-{number}.pdf")
    file = factory.SubFactory(StoredFileFactory, company_id=factory.SelfAttribute("..company_id"))
    file_size = 12_345
    mime_type = "application/pdf"
    category = "contract"
    category_folded = "contract"
    tags = factory.LazyFunction(lambda: ["hr", "2026"])
    uploaded_by = factory.LazyFunction(uuid4)


class DocumentVersionFactory(DjangoModelFactory[DocumentVersion]):
    class Meta:
        model = DocumentVersion

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    version = 1
    filename = factory.SelfAttribute("document.filename")
    file = factory.SelfAttribute("document.file")
    file_size = factory.SelfAttribute("document.file_size")
    mime_type = factory.SelfAttribute("document.mime_type")
    uploaded_by = factory.SelfAttribute("document.uploaded_by")


class DocumentPermissionFactory(DjangoModelFactory[DocumentPermission]):
    class Meta:
        model = DocumentPermission

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    user_id = factory.LazyFunction(uuid4)
    action = Action.READ


class CategoryFactory(DjangoModelFactory[DocumentCategory]):
    class Meta:
        model = DocumentCategory

    company_id = factory.LazyFunction(uuid4)
    name = factory.Sequence(lambda number: f"category {number}")
    name_folded = factory.SelfAttribute("name")


class QuarantinedFileFactory(DjangoModelFactory[QuarantinedFile]):
    class Meta:
        model = QuarantinedFile

    company_id = factory.LazyFunction(uuid4)
    file = factory.SubFactory(
        StoredFileFactory,
        company_id=factory.SelfAttribute("..company_id"),
        scan_state=ScanState.INFECTED,
        signature="Eicar",
    )
    sha256 = factory.SelfAttribute("file.sha256")
    filename = "invoice.pdf"
    size = 12_345
    signature = "Eicar"
    uploaded_by = factory.LazyFunction(uuid4)


class DownloadFactory(DjangoModelFactory[DocumentDownload]):
    class Meta:
        model = DocumentDownload

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    title = factory.SelfAttribute("document.title")
    version = 1
    user_id = factory.LazyFunction(uuid4)


class AccessCountFactory(DjangoModelFactory[AccessCount]):
    class Meta:
        model = AccessCount

    company_id = factory.LazyFunction(uuid4)
    document_id = factory.LazyFunction(uuid4)
    views = 1


class ExpiryNoticeFactory(DjangoModelFactory[ExpiryNotice]):
    class Meta:
        model = ExpiryNotice

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    expires_on = "2026-12-31"
    step = 30


class SearchTermFactory(DjangoModelFactory[SearchTerm]):
    class Meta:
        model = SearchTerm

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    term = "contract"
    weight = 100


class StorageQuotaFactory(DjangoModelFactory[StorageQuota]):
    class Meta:
        model = StorageQuota

    company_id = factory.LazyFunction(uuid4)
    limit = 1_000_000
