from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.security.tenancy import company_scope
from document_service.documents.models import Document
from document_service.documents.services.search_terms import search_terms_add
from document_service.documents.tests.factories import DocumentFactory
from document_service.documents.tests.files import sent

pytestmark = pytest.mark.django_db


def make(company_id: UUID, title: str, **values: Any) -> Document:
    given = {"tags": [], "category": "", "category_folded": "", "filename": "scan.pdf", **values}
    with company_scope(company_id):
        document = DocumentFactory(company_id=company_id, title=title, **given)
        search_terms_add([document])
    return document


def found(client: Any, q: str, **query: Any) -> list[str]:
    answer = client.get("/search", {"q": q, **query})
    assert answer.status_code == 200, answer.content
    return [document["title"] for document in answer.json()["documents"]]


@pytest.mark.parametrize(
    "q",
    [
        "إقامة أحمد", "اقامه احمد", "إِقَامَة أحمد", "إقـــامة احمد", "احمد إقامه", "احم", "اقامه ٢٠٢٦", "2026 أحمد",
        "ٱحمد", "اقامة-احمد", "  احمد   ",
    ],
)  # fmt: skip
def test_arabic_is_found_however_it_is_spelled(manager: Any, company_id: UUID, q: str) -> None:
    make(company_id, "إقامة أحمد ٢٠٢٦")
    make(company_id, "جواز فاطمة")
    assert found(manager, q) == ["إقامة أحمد ٢٠٢٦"]


@pytest.mark.parametrize(
    "q", ["PASSPORT", "passp", "noura passport", "Noura", "scan-7", "scan 7", "urgent", "kuwait c"]
)
def test_title_tags_file_name_and_description_are_searched(manager: Any, company_id: UUID, q: str) -> None:
    make(
        company_id,
        "Passport",
        filename="Noura_scan-7.pdf",
        tags=["Urgent"],
        description="Kept in Kuwait City.",
    )
    make(company_id, "Contract")
    assert found(manager, q) == ["Passport"]


@pytest.mark.parametrize("q", ["assport", "passport contract", "pass noura", "%", "passport\u202e x"])
def test_what_has_not_all_words_is_not_found(manager: Any, company_id: UUID, q: str) -> None:
    make(company_id, "Passport", description="Noura")
    assert found(manager, q) == (["Passport"] if q == "%" else [])


def test_a_better_place_ranks_higher(manager: Any, company_id: UUID) -> None:
    make(company_id, "in description", description="residence")
    make(company_id, "in tags", tags=["residence"])
    make(company_id, "residence")
    make(company_id, "residences of staff")
    assert found(manager, "residence") == ["residence", "residences of staff", "in tags", "in description"]
    assert found(manager, "residence", sort_order="asc")[0] == "in description"
    assert found(manager, "residence", sort_by="title", sort_order="asc")[0] == "in description"


def test_facets_count_all_that_was_found(manager: Any, company_id: UUID) -> None:
    for number in range(5):
        tags = ["hr", "2026"] if number else ["hr"]
        make(company_id, f"paper {number}", category="عقود", category_folded="عقود", tags=tags)
    make(company_id, "paper 9", category="Other", category_folded="other")
    make(company_id, "letter", category="Other", category_folded="other", tags=["hr"])
    answer = manager.get("/search?q=paper&limit=2").json()
    assert answer["query"] == "paper"
    assert len(answer["documents"]) == 2
    assert answer["pagination"].pop("next_cursor")
    assert answer["pagination"] == {"page": 1, "limit": 2, "total": 6, "pages": 3}
    assert answer["facets"] == {"categories": {"عقود": 5, "Other": 1}, "tags": {"hr": 5, "2026": 4}}
    assert found(manager, "paper", tags="HR,2026", category="عُقود") == [f"paper {n}" for n in (4, 3, 2, 1)]


@pytest.mark.parametrize(
    "order",
    ["relevance", "created_at", "updated_at", "title", "file_size", "download_count", "view_count"],
)
@pytest.mark.parametrize("direction", ["asc", "desc"])
def test_pages_and_cursors_walk_over_all_that_was_found_once(
    manager: Any, company_id: UUID, order: str, direction: str
) -> None:
    for number in range(7):
        make(company_id, f"paper {number}", file_size=number % 3, description="paper" if number % 2 else "")
    query = {"sort_by": order, "sort_order": direction, "limit": 3}
    pages = [title for page in (1, 2, 3) for title in found(manager, "paper", page=page, **query)]
    walked: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = manager.get("/search", {"q": "paper", "cursor": cursor, **query}).json()
        walked += [document["title"] for document in answer["documents"]]
        cursor = answer["pagination"]["next_cursor"]
    assert len(set(pages)) == 7
    assert walked == pages


def test_days_of_creation_are_those_of_the_companies(manager: Any, company_id: UUID) -> None:
    make(company_id, "late", created_at="2026-03-01T22:30:00Z")
    assert found(manager, "late", date_from="2026-03-02", date_to="2026-03-02") == ["late"]
    assert found(manager, "late", date_to="2026-03-01") == []
    assert found(manager, "late", date_from="2026-03-03") == []
    assert found(manager, "late", date_from="0001-01-02", date_to="9999-12-31") == ["late"]


def test_a_search_takes_the_same_queries_however_much_is_found(manager: Any, company_id: UUID) -> None:
    for number in range(12):
        make(company_id, f"paper {number}")
    counts = []
    for q in ("paper", "paper 3"):
        with CaptureQueriesContext(connection) as queries:
            assert found(manager, q)
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "query",
    [
        "sort_by=rank",
        "sort_order=up",
        "date_from=31/12/2026",
        "date_to=0000-00-00",
        "cursor=forged",
        "page=1&cursor=",
        "q=%00",
        "q=" + "x" * 201,
        "company_id=5d9f0c52-6c8e-5a55-9a0e-0d7b9a0c1f11",
        "limit=1e9",
    ],
)
def test_a_search_that_cannot_be_is_refused(manager: Any, query: str) -> None:
    answer = manager.get(f"/search?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_a_cursor_of_another_order_is_refused(manager: Any, company_id: UUID) -> None:
    for number in range(2):
        make(company_id, f"paper {number}")
    cursor = manager.get("/search?q=paper&limit=1").json()["pagination"]["next_cursor"]
    assert manager.get("/search", {"q": "paper", "sort_by": "title", "cursor": cursor}).status_code == 422


@pytest.mark.parametrize("operator", ["~>=~", "~<~", "="])
def test_an_index_may_answer_a_search_before_row_level_security_is_asked(db: None, operator: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proleakproof FROM pg_operator JOIN pg_proc ON pg_proc.oid = oprcode"
            " WHERE oprname = %s AND oprleft = 'text'::regtype AND oprright = 'text'::regtype",
            [operator],
        )
        assert cursor.fetchone() == (True,)


def test_letters_that_fold_to_many_are_stored_and_found(manager: Any) -> None:
    long = "ﷺ" * 100
    document = sent(manager, title=long, tags=long, category=long, description=long * 10)
    assert manager.post("/categories", {"name": long}).status_code == 201
    for query in (f"category={long}", f"tags={long}", f"search={long[:20]}"):
        assert [row["id"] for row in manager.get(f"/documents?{query}").json()["documents"]] == [
            document["id"]
        ]
    assert len(found(manager, long, tags=long, category=long)) == 1


def test_a_description_of_many_words_is_searched_to_its_end(manager: Any) -> None:
    sent(manager, description=" ".join(f"w{number}" for number in range(200)))
    assert len(found(manager, "w0 w199")) == 1
