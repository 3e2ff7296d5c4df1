"""Keeps the terms that documents are found by."""

from collections.abc import Sequence

from django.db import connection

from document_service.documents.models import Document, SearchTerm
from document_service.documents.selectors.terms import terms_of


def search_terms_add(documents: Sequence[Document]) -> None:
    """Write the terms of new documents with one statement."""
    rows = [
        (document.company_id, document.id, term, weight)
        for document in documents
        for term, weight in terms_of(
            title=document.title,
            tags=document.tags,
            filename=document.filename,
            description=document.description,
        ).items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO document_terms (company_id, document_id, term, weight)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::smallint[])",
            [list(column) for column in zip(*rows, strict=True)],
        )


def search_terms_renew(document: Document) -> None:
    """Bring a document's terms to what it says now."""
    search_terms_remove(document)
    search_terms_add([document])


def search_terms_remove(document: Document) -> None:
    """Let nobody find the document any more."""
    SearchTerm.objects.filter(company_id=document.company_id, document=document).delete()
