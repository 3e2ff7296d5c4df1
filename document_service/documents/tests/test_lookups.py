from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client as Browser

from common.security.tenancy import all_companies, company_scope
from document_service.documents.models import DocumentCategory
from document_service.documents.services.categories import category_update
from document_service.documents.tasks import fold_counts
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.factories import CategoryFactory, StorageQuotaFactory
from document_service.documents.tests.files import content_of, pdf, send, sent

pytestmark = pytest.mark.django_db


def test_categories_are_a_tree_with_the_documents_counted(manager: Any, as_role: Client) -> None:
    top = manager.post(
        "/categories", {"name": "عقود", "description": "كل العقود", "color": "#ff0000", "icon": "file"}
    )
    assert top.status_code == 201
    category = top.json()["category"]
    assert (category["name"], category["color"], category["document_count"]) == ("عقود", "#ff0000", 0)
    inner = {"name": "Work", "parent_category_id": category["id"]}
    assert manager.post("/categories", inner).json()["category"]["parent_category_id"] == category["id"]
    assert sent(manager, category="عُقود")["category"] == "عقود"
    sent(manager, category="Unlisted")
    rows = manager.get("/categories").json()["categories"]
    assert [(row["name"], row["document_count"]) for row in rows] == [("Work", 0), ("عقود", 1)]
    seen = as_role("worker").get("/categories").json()["categories"]
    assert [row["document_count"] for row in seen] == [0, 0]
    assert len(manager.get("/documents?category=عقود").json()["documents"]) == 1


def test_a_name_is_a_companys_only_one_of_its_spelling(manager: Any, as_role: Client) -> None:
    assert manager.post("/categories", {"name": "إقامة"}).status_code == 201
    taken = manager.post("/categories", {"name": "اقامه"})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "CATEGORY_NAME_TAKEN")
    other = as_role("company_manager", company_id=uuid4())
    assert other.post("/categories", {"name": "إقامة"}).status_code == 201


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "name"),
        ({"name": " "}, "name"),
        ({"name": "\u0084"}, "name"),
        ({"name": "\u200f"}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "description": "x" * 501}, "description"),
        ({"name": "x", "icon": "x" * 51}, "icon"),
        ({"name": "x", "parent_category_id": "top"}, "parent_category_id"),
        ({"name": "x", "parent_category_id": str(uuid4())}, "parent_category_id"),
        ({"name": "x", "document_count": 3}, "document_count"),
    ],
)
def test_a_category_that_cannot_be_is_refused(manager: Any, body: Any, wrong: str) -> None:
    answer = manager.post("/categories", body)
    assert (answer.status_code, list(answer.json()["error"]["details"])) == (422, [wrong])


def test_a_parent_of_another_company_is_unknown(manager: Any) -> None:
    with all_companies("test"):
        foreign = CategoryFactory()
    answer = manager.post("/categories", {"name": "x", "parent_category_id": str(foreign.id)})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "UNKNOWN_CATEGORY")
    assert manager.get("/categories").json()["categories"] == []


def test_a_worker_makes_no_category_and_nobody_comes_unasked(as_role: Client, api: Client) -> None:
    assert as_role("worker").post("/categories", {"name": "x"}).status_code == 403
    assert api().get("/categories").status_code == 401


def test_a_renamed_category_takes_its_documents_along(manager: Any, company_id: UUID) -> None:
    manager.post("/categories", {"name": "Old"})
    sent(manager, category="old")
    with company_scope(company_id):
        category_update(category_id=DocumentCategory.objects.get().id, name="New")
    assert manager.get("/documents?category=new").json()["documents"][0]["category"] == "New"


def test_statistics_add_up(manager: Any, as_role: Client, company_id: UUID) -> None:
    content = pdf()
    first, second = sent(manager, content, category="A"), sent(manager, content, category="B")
    content_of(manager.get(first["file_path"]))
    fold_counts()
    with company_scope(company_id):
        StorageQuotaFactory(company_id=company_id, limit=len(content) * 4)
    numbers = manager.get("/statistics").json()["statistics"]
    assert numbers["company_id"] == str(company_id)
    assert numbers["total_documents"] == numbers["documents_this_month"] == 2
    assert numbers["total_size"] == 2 * len(content)
    assert numbers["category_distribution"] == {"A": 1, "B": 1}
    assert numbers["most_downloaded"] == [
        {"document_id": first["id"], "title": first["title"], "download_count": 1}
    ]
    assert numbers["storage_usage"] == {"used": len(content), "limit": len(content) * 4, "percentage": 25.0}
    assert numbers["last_updated"] == second["updated_at"]
    assert as_role("worker").get("/statistics").status_code == 403


def test_statistics_of_an_empty_shelf_are_zeros(manager: Any) -> None:
    numbers = manager.get("/statistics").json()["statistics"]
    assert (numbers["total_documents"], numbers["total_size"], numbers["most_downloaded"]) == (0, 0, [])
    assert numbers["storage_usage"]["percentage"] == 0.0


def test_a_company_stores_no_more_than_it_may(manager: Any, company_id: UUID) -> None:
    content = pdf()
    with company_scope(company_id):
        StorageQuotaFactory(company_id=company_id, limit=len(content))
    sent(manager, content)
    full = send(manager)
    assert (full.status_code, full.json()["error"]["code"]) == (422, "STORAGE_LIMIT_REACHED")
    assert send(manager, content).status_code == 201


def test_health_tells_of_the_storage(client: Browser, db: None) -> None:
    storage = client.get("/health").json()["storage"]
    assert storage["status"] == "up"
    assert storage["available_space"] > 0


def test_health_tells_of_a_storage_that_cannot_be_written(client: Browser, db: None, settings: Any) -> None:
    options = {"location": "/proc/nothing"}
    documents = {**settings.STORAGES["documents"], "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "documents": documents}
    assert client.get("/health").json()["storage"] == {"status": "down"}
