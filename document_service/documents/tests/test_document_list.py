from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.security.tenancy import company_scope
from document_service.documents.models import Document
from document_service.documents.services.search_terms import search_terms_add
from document_service.documents.tests.factories import DocumentFactory

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]


def make(company_id: UUID, count: int = 1, **values: Any) -> list[Document]:
    category = values.get("category", "contract")
    with company_scope(company_id):
        documents = DocumentFactory.create_batch(
            count, company_id=company_id, category_folded=category, **values
        )
        search_terms_add(documents)
    return documents


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [document["title"] for document in answer.json()["documents"]]


def test_a_document_is_answered_as_the_contract_says(manager: Any, company_id: UUID) -> None:
    [document] = make(company_id, read_audiences=["all"], write_audiences=["hr"])
    [answer] = manager.get("/documents").json()["documents"]
    shown = manager.get(f"/documents/{document.id}").json()["document"]
    assert answer == {**shown, "view_count": 0}
    assert shown["view_count"] == 1
    assert answer["permissions"] == {"read": ["all"], "write": ["hr"], "delete": []}
    assert answer["company_id"] == str(company_id)
    assert answer["tags"] == ["hr", "2026"]
    assert answer["version"] == 1
    assert document.file is not None
    assert document.file.key not in str(answer)


def test_the_list_is_narrowed_to_a_licence_and_to_documents_without_a_file(
    manager: Any, company_id: UUID
) -> None:
    license_id = uuid4()
    make(company_id, title="with a file")
    make(company_id, title="without", file=None, license_id=license_id)
    assert titles(manager.get("/documents?has_file=false")) == ["without"]
    assert titles(manager.get("/documents?has_file=true")) == ["with a file"]
    answer = manager.get(f"/documents?license_id={license_id}")
    assert titles(answer) == ["without"]
    assert answer.json()["documents"][0]["license_id"] == str(license_id)


def test_the_list_is_paged_newest_first(manager: Any, company_id: UUID) -> None:
    made = [document.title for document in make(company_id, 5)]
    answer = manager.get("/documents?page=2&limit=2")
    assert titles(answer) == made[2:0:-1]
    pagination = answer.json()["pagination"]
    assert pagination.pop("next_cursor")
    assert pagination == {"page": 2, "limit": 2, "total": 5, "pages": 3}


@pytest.mark.parametrize("order", ["", "&sort_by=title", "&sort_by=file_size&sort_order=asc"])
def test_a_cursor_walks_the_whole_list_once(manager: Any, company_id: UUID, order: str) -> None:
    made = {document.title for document in make(company_id, 5)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = manager.get(f"/documents?limit=2&cursor={cursor}{order}")
        seen += titles(answer)
        cursor = answer.json()["pagination"]["next_cursor"]
    assert len(seen) == 5
    assert set(seen) == made


def test_the_list_takes_the_same_queries_however_long_it_is(manager: Any, company_id: UUID) -> None:
    make(company_id, 30)
    counts = []
    for limit in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(titles(manager.get(f"/documents?limit={limit}"))) == limit
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("search=PASSPORT", ["passport"]),
        ("search=scan-7", ["passport"]),
        ("category=residence", ["residence"]),
        ("tags=a,b", ["residence"]),
        ("tags=a", ["residence", "passport"]),
        ("is_archived=true", ["passport"]),
        ("is_public=false", ["passport"]),
        ("sort_by=title&sort_order=asc", ["passport", "residence"]),
        ("sort_by=file_size&sort_order=desc", ["residence", "passport"]),
    ],
)
def test_the_list_is_filtered_and_sorted(
    manager: Any, company_id: UUID, query: str, found: list[str]
) -> None:
    make(company_id, title="passport", filename="scan-7.pdf", tags=["a"], is_archived=True, file_size=1)
    make(company_id, title="residence", category="residence", tags=["a", "b"], is_public=True, file_size=2)
    assert titles(manager.get(f"/documents?{query}")) == found


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "company_id=5d9f0c52-6c8e-5a55-9a0e-0d7b9a0c1f11",
        "limit=101",
        "limit=0",
        "page=x",
        "sort_by=sha256",
        "uploaded_by=me",
        "is_public=perhaps",
        "page=1&page=2",
        "cursor=forged",
        "search=%00",
    ],
)
def test_what_the_list_does_not_know_is_refused(manager: Any, query: str) -> None:
    answer = manager.get(f"/documents?{query}")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_another_companys_documents_do_not_exist(manager: Any, company_id: UUID) -> None:
    [theirs] = make(uuid4())
    [ours] = make(company_id)
    assert titles(manager.get("/documents")) == [ours.title]
    assert manager.get(f"/documents/{theirs.id}").status_code == 404
    assert manager.get(f"/documents/{uuid4()}").status_code == 404


def test_an_administrator_of_all_companies_sees_every_document(
    api: Client, person_token: Callable[..., str]
) -> None:
    make(uuid4())
    make(uuid4())
    assert len(titles(api(person_token(role="super_admin")).get("/documents"))) == 2


def test_documents_are_for_people_who_are_signed_in_and_may_view_them(
    api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    assert api().get("/documents").status_code == 401
    powerless = person_token(role="worker", company_id=company_id, permissions=[])
    assert api(powerless).get("/documents").status_code == 403
