"""The API in a browser: signing in, filters, forms; and JSON for everybody else."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from common.api import browsing
from common.api.tests.types import Api, Tokens
from common.testing.staff import sign_in

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("committed_db")]
HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def _these_addresses() -> Any:
    """The document is made once a process, and here it is one of other addresses."""
    browsing.document.cache_clear()
    yield
    browsing.document.cache_clear()


@pytest.fixture
def browser(company_id: UUID) -> Client:
    client = Client(enforce_csrf_checks=True, headers=HTML)
    sign_in(client, role="company_manager", company_id=company_id)
    return client


def page(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    text: str = answer.content.decode()
    return text


@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_who_does_not_ask_for_a_page_gets_json(
    api: Api, person_token: Tokens, company_id: UUID, accept: str | None
) -> None:
    headers = {"Accept": accept} if accept else {}
    answer = api(person_token(company_id=company_id)).get("/notes", headers=headers)
    assert answer.headers["Content-Type"] == "application/json"


def test_somebody_signed_out_finds_the_way_to_sign_in_and_back() -> None:
    answer = Client(headers=HTML).get("/notes?limit=5")
    assert answer.status_code == 401
    assert '/admin/login/?next=/notes%3Flimit%3D5"' in page(answer)


def test_a_page_offers_filters_and_what_the_person_may_send(browser: Client) -> None:
    shown = page(browser.get("/notes?method=GET"))
    assert "Test Person" in shown
    assert 'name="limit"' in shown
    assert re.search(r'name="method"[^>]*value="GET"', shown)
    assert 'data-method="POST"' in shown
    assert "&quot;text&quot;: &quot;text&quot;" in shown


def test_a_page_offers_nothing_that_the_person_may_not_send(company_id: UUID) -> None:
    client = Client(headers=HTML)
    sign_in(client, role="company_manager", company_id=company_id, permissions=["employees:view"])
    shown = page(client.get("/notes"))
    assert 'name="limit"' in shown
    assert 'data-method="POST"' not in shown


def test_a_form_is_taken_with_its_token_and_refused_without(browser: Client) -> None:
    shown = page(browser.get("/notes"))
    token = re.search(r'data-csrf-token="(\w+)"', shown)
    assert token is not None
    send: dict[str, Any] = {"data": {"text": "hello"}, "content_type": "application/json"}
    assert browser.post("/notes", **send).status_code == 403
    answer = browser.post("/notes", **send, headers={"X-CSRFToken": token[1], "Accept": "application/json"})
    assert (answer.status_code, answer.json()["success"]) == (201, True)


def test_a_list_leads_to_its_next_page(browser: Client) -> None:
    token = re.search(r'data-csrf-token="(\w+)"', page(browser.get("/notes")))
    assert token is not None
    for number in range(3):
        browser.post(
            "/notes",
            {"text": "x"},
            content_type="application/json",
            headers={"X-CSRFToken": token[1], "Idempotency-Key": str(number)},
        )
    first = page(browser.get("/notes?limit=2"))
    assert 'href="?limit=2&amp;page=2"' in first
    assert 'href="?limit=2&amp;page=3"' not in page(browser.get("/notes?limit=2&page=2"))
    cursor = re.search(r'href="\?limit=2&amp;(cursor=[^"]+)"', page(browser.get("/notes?limit=2&cursor=")))
    assert cursor is not None
    assert (
        "cursor="
        not in page(browser.get(f"/notes?limit=2&{cursor[1]}")).partition("answer")[2].partition("</pre>")[2]
    )


def test_pages_run_from_right_to_left_in_arabic_and_data_does_not(browser: Client) -> None:
    shown = page(browser.get("/notes", headers={"Accept-Language": "ar"}))
    assert '<html lang="ar" dir="rtl">' in shown
    assert '<pre dir="ltr">' in shown
    assert '<html lang="en" dir="ltr">' in page(browser.get("/notes"))


@pytest.mark.parametrize("address", ["/notes", "/docs", "/"])
def test_nothing_comes_from_elsewhere(browser: Client, address: str) -> None:
    sources = re.findall(r'(?:src|href|action)="([^"]+)"', page(browser.get(address)))
    assert sources
    assert [source for source in sources if not source.startswith(("/", "?", "http://testserver/"))] == []


def test_what_an_answer_contains_cannot_become_markup(browser: Client) -> None:
    shown = page(browser.get("/notes?method=%3Cb%3E"))
    assert "<b>" not in shown.partition("<main>")[2].replace("<b>GET</b>", "")


def test_the_documents_page_knows_who_is_signed_in(browser: Client) -> None:
    assert "Test Person" in page(browser.get("/docs"))
    assert "/admin/login/?next=/docs" in page(Client(headers=HTML).get("/docs"))
    script = browser.get("/docs?script=")
    assert b"X-CSRFTOKEN" in script.content
