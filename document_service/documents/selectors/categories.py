"""The categories of a company, with how many documents in each its reader may see."""

from uuid import UUID

from django.db.models import Count, QuerySet

from common.security.principal import Principal
from common.security.visible import visible_to
from document_service.documents.models import DocumentCategory
from document_service.documents.selectors.visibility import documents_visible_to


def category_list(person: Principal, company_id: UUID | None) -> QuerySet[DocumentCategory]:
    """The categories from A to Z, of one company or of all that ``person`` serves."""
    categories = visible_to(person, DocumentCategory.objects.all())
    if company_id is not None:
        categories = categories.filter(company_id=company_id)
    return categories.order_by("name_folded", "id")


def documents_in_categories(person: Principal, company_id: UUID | None) -> dict[tuple[UUID, str], int]:
    """How many documents that ``person`` may see are in each category, by company and folded name."""
    documents = documents_visible_to(person)
    if company_id is not None:
        documents = documents.filter(company_id=company_id)
    counted = documents.exclude(category_folded="").order_by().values_list("company_id", "category_folded")
    return {(company, name): count for company, name, count in counted.annotate(count=Count("id"))}


def category_ancestors(category: DocumentCategory) -> set[UUID]:
    """The category and every one that it is inside of."""
    parents = dict(
        DocumentCategory.objects.filter(company_id=category.company_id).values_list("id", "parent_id")
    )
    found: set[UUID] = set()
    at: UUID | None = category.id
    while at is not None and at not in found:
        found.add(at)
        at = parents.get(at)
    return found
