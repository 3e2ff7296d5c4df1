"""Finding documents by words and tags; each word is a range of one index."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from document_service.documents.models import Document, SearchTerm
from document_service.documents.selectors.terms import MOST_WORDS, tag_term, words


def with_words(documents: QuerySet[Document], text: str, company_id: UUID | None) -> QuerySet[Document]:
    """Those of ``documents`` that have every word of ``text``; the last may be the beginning of a word."""
    *whole, last = words(text)[:MOST_WORDS] or [""]
    if not last:
        return documents
    for word in whole:
        documents = _having(documents, Q(term=word), company_id)
    return _having(documents, Q(term__folded_prefix=last), company_id)


def with_tags(
    documents: QuerySet[Document], tags: Iterable[str], company_id: UUID | None
) -> QuerySet[Document]:
    """Those of ``documents`` that have every tag."""
    for tag in tags:
        documents = _having(documents, Q(term=tag_term(tag)), company_id)
    return documents


def _having(documents: QuerySet[Document], condition: Q, company_id: UUID | None) -> QuerySet[Document]:
    terms = SearchTerm.objects.filter(condition)
    if company_id is not None:
        terms = terms.filter(company_id=company_id)
    return documents.filter(id__in=terms.values("document_id"))
