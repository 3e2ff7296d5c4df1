"""Pages, cursors and query strings."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from common.api.models import IdempotencyKey
from common.api.pagination import Keyset
from common.api.tests.types import Api, Tokens
from common.security.tenancy import company_scope

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]


@pytest.fixture
def client(api: Api, person_token: Tokens, company_id: UUID) -> Any:
    return api(person_token(company_id=company_id))


@pytest.fixture
def keys(company_id: UUID) -> set[str]:
    """Twenty-five rows, several with the same time, and one of another company."""
    now = timezone.now()
    with company_scope(company_id):
        rows = IdempotencyKey.objects.bulk_create(
            IdempotencyKey(company_id=company_id, user_id=uuid4(), key=f"k{n}") for n in range(25)
        )
        for n, row in enumerate(rows):
            IdempotencyKey.objects.filter(pk=row.pk).update(created_at=now - timedelta(seconds=n // 4))
    other = uuid4()
    with company_scope(other):
        IdempotencyKey.objects.create(company_id=other, user_id=uuid4(), key="foreign")
    return {row.key for row in rows}


def texts(answer: Any) -> list[str]:
    return [note["text"] for note in answer.json()["notes"]]


def test_a_page_tells_the_exact_total_and_hides_other_companies(client: Any, keys: set[str]) -> None:
    answer = client.get("/notes", {"page": 3, "limit": 10})
    assert answer.json()["pagination"] == {
        "page": 3,
        "limit": 10,
        "total": 25,
        "pages": 3,
        "next_cursor": None,
    }
    assert len(texts(answer)) == 5


def test_pages_one_after_the_other_show_every_row_once(client: Any, keys: set[str]) -> None:
    seen = [text for page in (1, 2, 3) for text in texts(client.get("/notes", {"page": page, "limit": 10}))]
    assert sorted(seen) == sorted(keys)


def test_a_page_behind_the_end_is_empty(client: Any, keys: set[str]) -> None:
    answer = client.get("/notes", {"page": 1_000_000})
    assert answer.status_code == 200
    assert texts(answer) == []


def test_an_empty_list_has_no_pages(client: Any) -> None:
    assert client.get("/notes").json()["pagination"]["pages"] == 0


@pytest.mark.parametrize("limit", [1, 4, 7, 25, 100])
def test_cursors_one_after_the_other_show_every_row_once_in_order(
    client: Any, keys: set[str], limit: int
) -> None:
    seen: list[str] = []
    cursor = ""
    while cursor is not None:
        answer = client.get("/notes", {"cursor": cursor, "limit": limit})
        seen += texts(answer)
        cursor = answer.json()["pagination"]["next_cursor"]
    assert seen == texts(client.get("/notes", {"limit": 100}))
    assert set(seen) == keys


def test_a_page_hands_over_to_a_cursor(client: Any, keys: set[str]) -> None:
    first = client.get("/notes", {"limit": 10})
    rest = client.get("/notes", {"limit": 100, "cursor": first.json()["pagination"]["next_cursor"]})
    assert texts(first) + texts(rest) == texts(client.get("/notes", {"limit": 100}))


def test_rows_that_came_later_do_not_shift_a_cursor(client: Any, keys: set[str], company_id: UUID) -> None:
    first = client.get("/notes", {"limit": 10, "cursor": ""})
    with company_scope(company_id):
        IdempotencyKey.objects.create(company_id=company_id, user_id=uuid4(), key="new")
    rest = client.get("/notes", {"limit": 100, "cursor": first.json()["pagination"]["next_cursor"]})
    assert set(texts(first) + texts(rest)) == keys


def test_a_cursor_of_another_list_or_of_nobody_is_refused(client: Any, keys: set[str]) -> None:
    with_other_order = Keyset(IdempotencyKey.objects.all(), ("key",))
    foreign = with_other_order.cursor(["a", uuid4()])
    unsigned = signing.Signer(key="guessed").sign_object(["2020-01-01", str(uuid4())])
    for cursor in (foreign, unsigned, "x", "%00", "\x00", "a" * 2000):
        answer = client.get("/notes", {"cursor": cursor})
        assert answer.status_code == 422, cursor
        assert "cursor" in answer.json()["error"]["details"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page=0", "page"),
        ("page=1000001", "page"),
        ("page=-1", "page"),
        ("page=one", "page"),
        ("limit=101", "limit"),
        ("limit=NaN", "limit"),
        ("limit=", "limit"),
        ("page=1&cursor=", "cursor"),
        ("page=1&page=2", "page"),
        ("method=%00", "method"),
        ("_connector=OR 1=1--", "_connector"),
        ("company_id=1", "company_id"),
        ("ordering=-salary", "ordering"),
    ],
)
def test_a_query_that_is_not_declared_or_not_valid_is_refused(client: Any, query: str, field: str) -> None:
    answer = client.get(f"/notes?{query}")
    assert answer.status_code == 422
    assert list(answer.json()["error"]["details"]) == [field]


def test_a_method_that_declares_no_parameters_takes_none(client: Any) -> None:
    assert client.get("/scope?company_id=1").status_code == 422
    assert client.post("/notes?text=a", {"text": "a"}).status_code == 422
    assert client.get("/scope?format=json").status_code == 200


@given(
    places=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=12),
    directions=st.tuples(st.booleans(), st.booleans()),
    limit=st.integers(1, 5),
)
def test_a_keyset_cuts_any_mixed_order_anywhere(
    places: list[tuple[int, int]], directions: tuple[bool, bool], limit: int
) -> None:
    """Walked by cursors, a list shows exactly what the same order shows at once."""
    company = uuid4()
    ordering = [
        f"{'-' if down else ''}{name}" for name, down in zip(("method", "path"), directions, strict=True)
    ]
    with company_scope(company):
        IdempotencyKey.objects.bulk_create(
            IdempotencyKey(company_id=company, user_id=uuid4(), key="k", method=str(a), path=str(b))
            for a, b in places
        )
        keyset = Keyset(IdempotencyKey.objects.filter(company_id=company), ordering)
        walked: list[UUID] = []
        cursor: str | None = ""
        while cursor is not None:
            rows = keyset.behind(cursor)[:limit]
            walked += [row.id for row in rows]
            place = [getattr(rows[limit - 1], name) for name in keyset.names] if len(rows) == limit else None
            cursor = keyset.cursor(place) if place else None
        assert walked == [row.id for row in keyset.ordered]
