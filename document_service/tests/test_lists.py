"""The lists of the document service cost the same at any size."""

from typing import Any, ClassVar

from common.testing.lists import Asking, ListRules, More
from document_service.documents.tests.factories import (
    CategoryFactory,
    DocumentFactory,
    DocumentPermissionFactory,
    DocumentVersionFactory,
    DownloadFactory,
)


def documents(asking: Asking) -> More:
    return lambda count: DocumentFactory.create_batch(count, company_id=asking.company_id)


def categories(asking: Asking) -> More:
    return lambda count: CategoryFactory.create_batch(count, company_id=asking.company_id)


def versions(asking: Asking) -> More:
    document = inside_a_document(asking)
    numbers = iter(range(1, 1_000))
    return lambda count: [
        DocumentVersionFactory.create(document=document, version=next(numbers)) for _ in range(count)
    ]


def rights(asking: Asking) -> More:
    document = inside_a_document(asking)
    return lambda count: DocumentPermissionFactory.create_batch(count, document=document)


def downloads(asking: Asking) -> More:
    document = inside_a_document(asking)
    return lambda count: DownloadFactory.create_batch(count, document=document)


def inside_a_document(asking: Asking) -> Any:
    document = DocumentFactory.create(company_id=asking.company_id)
    asking.path = {"document_id": document.pk}
    return document


class TestLists(ListRules):
    makers: ClassVar = {
        "documents": documents,
        "search": documents,
        "categories": categories,
        "versions": versions,
        "rights": rights,
        "downloads": downloads,
    }
