"""Writes of categories."""

from typing import TypedDict, Unpack
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from document_service.documents.exceptions import (
    CategoryCycleError,
    CategoryNameTakenError,
    UnknownCategoryError,
)
from document_service.documents.models import Document, DocumentCategory
from document_service.documents.selectors.categories import category_ancestors
from document_service.documents.selectors.terms import folded_name

UNIQUE_NAME = "categories_have_different_names"


class CategoryFields(TypedDict, total=False):
    """What may be said about a category."""

    name: str
    description: str
    parent_id: UUID | None
    color: str
    icon: str
    is_active: bool


@transaction.atomic
def category_create(*, company_id: UUID, **fields: Unpack[CategoryFields]) -> DocumentCategory:
    """Make a category; ``name`` is needed. Raises CategoryNameTakenError and UnknownCategoryError (its parent)."""
    category = DocumentCategory(company_id=company_id, **fields)
    _hold_tree(company_id)
    _check_parent(category)
    _save(category)
    return category


@transaction.atomic
def category_update(*, category_id: UUID, **changes: Unpack[CategoryFields]) -> DocumentCategory:
    """Change, rename or move a category; documents in it go by its new name.

    Raises UnknownCategoryError, CategoryNameTakenError and CategoryCycleError.
    """
    category = DocumentCategory.objects.select_for_update().filter(pk=category_id).first()
    if category is None:
        raise UnknownCategoryError
    _hold_tree(category.company_id)
    before = category.name_folded
    for name, value in changes.items():
        setattr(category, name, value)
    _check_parent(category)
    _save(category)
    if "name" in changes:
        Document.objects.filter(company_id=category.company_id, category_folded=before).update(
            category=category.name, category_folded=category.name_folded, updated_at=timezone.now()
        )
    return category


def _save(category: DocumentCategory) -> None:
    category.name_folded = folded_name(category.name)
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        if UNIQUE_NAME in str(error):
            raise CategoryNameTakenError from error
        raise


def _hold_tree(company_id: UUID) -> None:
    """Two moves at once could each be fine and together make a ring."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('categories ' || %s, 0))", [str(company_id)]
        )


def _check_parent(category: DocumentCategory) -> None:
    if category.parent_id is None:
        return
    parents = DocumentCategory.objects.filter(company_id=category.company_id, pk=category.parent_id)
    parent = parents.first()
    if parent is None:
        raise UnknownCategoryError(details={"parent_category_id": [str(category.parent_id)]})
    if category.pk in category_ancestors(parent):
        raise CategoryCycleError
