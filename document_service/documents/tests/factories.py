"""Rows for tests; call them in the scope of the company they are of."""

from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from document_service.documents.choices import Action, Audience
from document_service.documents.models import Document, DocumentPermission, DocumentVersion


class DocumentFactory(DjangoModelFactory[Document]):
    class Meta:
        model = Document

    company_id = factory.LazyFunction(uuid4)
    title = factory.Sequence(lambda number: f"عقد عمل {number}")
    filename = factory.Sequence(lambda number: f"contract-{number}.pdf")
    storage_key = factory.LazyFunction(lambda: f"{uuid4()}")
    file_size = 12_345
    mime_type = "application/pdf"
    category = "contract"
    tags = factory.LazyFunction(lambda: ["hr", "2026"])
    uploaded_by = factory.LazyFunction(uuid4)


class DocumentVersionFactory(DjangoModelFactory[DocumentVersion]):
    class Meta:
        model = DocumentVersion

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    version = 1
    filename = factory.SelfAttribute("document.filename")
    storage_key = factory.SelfAttribute("document.storage_key")
    file_size = factory.SelfAttribute("document.file_size")
    mime_type = factory.SelfAttribute("document.mime_type")
    uploaded_by = factory.SelfAttribute("document.uploaded_by")


class DocumentPermissionFactory(DjangoModelFactory[DocumentPermission]):
    class Meta:
        model = DocumentPermission

    document = factory.SubFactory(DocumentFactory)
    company_id = factory.SelfAttribute("document.company_id")
    action = Action.READ
    audience = Audience.ALL
