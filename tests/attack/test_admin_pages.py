"""The pages of staff: another company's ids in addresses, filters, actions and suggestions; cookies and forms."""

import re
from collections.abc import Iterator

import httpx
import pytest

from common.runtime.layout import SERVICES
from tests.attack.ledger import Ledger
from tests.attack.openapi import LONG, uuids_in
from tests.attack.town import Town, is_faulty
from tests.e2e.fuzzing.things import PASSWORD
from tests.e2e.house import Person

FORM = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
TABLE = re.compile(r'href="/admin/(\w+)/(\w+)/"')
ACTION = re.compile(r'<option value="(\w+)"')
SUGGESTIONS = re.compile(r'data-app-label="(\w+)"\s+data-model-name="(\w+)"\s+data-field-name="(\w+)"')
PAGES = ("change", "delete", "history") if LONG else ("change",)
COMPANY_FILTERS = ("company_id", "company_id__exact", "company", "company__id__exact", "company_id__in", "e")


class Visitor:
    """A browser that keeps cookies and says what it was shown."""

    def __init__(self, town: Town, service: str) -> None:
        self._town = town
        self.http = httpx.Client(base_url=town.house.stack.url(service), follow_redirects=True, timeout=120)
        self.http.headers["Accept-Language"] = "en"

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def form_token(self, page: str) -> str:
        """The proof that a form of this page was really shown."""
        found = FORM.search(self.http.get(page).text)
        return found[1] if found else ""

    def sign_in(self, person: Person) -> httpx.Response:
        """Send the form of the first page."""
        data = {"username": person.email, "password": PASSWORD}
        return self.send("/admin/login/?next=/admin/", "/admin/login/", **data)

    def send(self, address: str, shown_at: str, **data: object) -> httpx.Response:
        """Send a form that was shown at an address."""
        token = self.form_token(shown_at)
        headers = {"Referer": str(self.http.base_url)}
        return self.http.post(address, data={"csrfmiddlewaretoken": token, **data}, headers=headers)

    def shown(self, answer: httpx.Response, asked: str) -> set[str]:
        """The attacked company's ids in an answer, beside those that were asked for."""
        return (uuids_in(answer.text) & self._town.secrets) - uuids_in(asked)

    def tables(self) -> list[str]:
        """The addresses of the lists that the first page offers."""
        return sorted(
            {f"/admin/{app}/{table}/" for app, table in TABLE.findall(self.http.get("/admin/").text)}
        )


@pytest.fixture(scope="module")
def staff(town: Town) -> Person:
    """Somebody who may use the pages, for the other company."""
    return town.member(town.others.company, "company_manager")


@pytest.fixture(params=SERVICES)
def visitor(request: pytest.FixtureRequest, town: Town, staff: Person) -> Iterator[Visitor]:
    """The staff member's browser at each service."""
    with Visitor(town, request.param) as visitor:
        assert "/admin/logout/" in visitor.sign_in(staff).text
        yield visitor


def test_pages_show_and_change_nothing_of_another_company(
    town: Town, ledger: Ledger, visitor: Visitor
) -> None:
    ids = sorted({*town.ids.values(), town.manager.id})[:: 1 if LONG else 3]
    with ledger.attack("admin: another company's ids") as attack, town.untouched(attack):
        attack.holds(not is_faulty(visitor.http.get("/admin/")), "the first page fell")
        for table in visitor.tables():
            page = visitor.http.get(table)
            attack.holds(not visitor.shown(page, ""), f"{table} shows {visitor.shown(page, '')}")
            for name in COMPANY_FILTERS:
                asked = f"{table}?{name}={town.company}"
                answer = visitor.http.get(asked)
                attack.holds(
                    not visitor.shown(answer, asked), f"{asked} shows {visitor.shown(answer, asked)}"
                )
                attack.holds(answer.status_code < 500, f"{asked}: {answer.status_code}")
            for each in ids:
                for kind in PAGES:
                    asked = f"{table}{each}/{kind}/"
                    answer = visitor.http.get(asked)
                    attack.holds(
                        not visitor.shown(answer, asked), f"{asked} shows {visitor.shown(answer, asked)}"
                    )
                    away = answer.status_code in {403, 404} or not str(answer.url).endswith(asked)
                    attack.holds(away, f"{asked}: {answer.status_code}")
            for action in set(ACTION.findall(page.text)) - {""}:
                data = {"action": action, "_selected_action": ids, "index": "0"}
                answer = visitor.send(table, table, **data)
                shown = visitor.shown(answer, " ".join(ids))
                attack.holds(not shown, f"{table} {action} shows {shown}")
            for suggested in set(SUGGESTIONS.findall(visitor.http.get(f"{table}add/").text)):
                names = dict(zip(("app_label", "model_name", "field_name"), suggested, strict=True))
                for term in ("", "a", town.company, town.manager.email):
                    answer = visitor.http.get("/admin/autocomplete/", params={**names, "term": term})
                    shown = visitor.shown(answer, term)
                    attack.holds(not shown, f"suggestions of {suggested} for {term!r} show {shown}")


def test_a_session_that_somebody_laid_ready_is_not_taken(town: Town, ledger: Ledger, staff: Person) -> None:
    with ledger.attack("admin: sessions and forms") as attack:
        for service in SERVICES:
            with Visitor(town, service) as visitor:
                visitor.form_token("/admin/login/")
                for name in ("sessionid", f"hrms_{service}_session", f"{service}_sessionid"):
                    visitor.http.cookies.set(name, "a" * 32)
                answer = visitor.sign_in(staff)
                attack.holds("/admin/logout/" in answer.text, f"{service}: nobody could sign in")
                kept = {each.name: each for each in visitor.http.cookies.jar if "sess" in each.name}
                laid = [
                    name for name, each in kept.items() if each.value == "a" * 32 and "127" in each.domain
                ]
                attack.holds(not laid, f"{service} goes on with {laid}")
                for each in kept.values():
                    if each.value != "a" * 32:
                        attack.holds(
                            each.has_nonstandard_attr("HttpOnly"), f"{service}: scripts read {each.name}"
                        )
                attack.holds(
                    visitor.http.get("/admin/logout/").status_code == 405, f"{service}: a link signs out"
                )
                unasked = visitor.http.post("/admin/logout/", data={})
                attack.holds(unasked.status_code == 403, f"{service}: a foreign form signs out")
                unasked = visitor.http.post(
                    "/admin/login/", data={"username": staff.email, "password": PASSWORD}
                )
                attack.holds(unasked.status_code == 403, f"{service}: a foreign form signs in")
                borrowed = dict(visitor.http.cookies)
                for other in SERVICES:
                    if other == service:
                        continue
                    url = f"{town.house.stack.url(other)}/admin/"
                    page = httpx.get(url, cookies=borrowed, follow_redirects=True, timeout=60)
                    attack.holds("/admin/logout/" not in page.text, f"{other} takes {service}'s cookies")


def test_a_browser_that_is_signed_in_is_no_key_for_foreign_forms(
    town: Town, ledger: Ledger, staff: Person
) -> None:
    """What changes something over the API needs the form's proof when a cookie signs in."""
    with ledger.attack("admin: sessions and forms") as attack, Visitor(town, "company") as visitor:
        visitor.sign_in(staff)
        path = f"/companies/{town.others.company}/departments"
        for headers in ({}, {"Origin": "https://evil.example"}, {"Content-Type": "text/plain"}):
            answer = visitor.http.post(
                path, content=b'{"name": "forged"}', headers={"Content-Type": "application/json", **headers}
            )
            attack.holds(answer.status_code in {401, 403, 415}, f"with {headers}: {answer.status_code}")


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_without_a_place_in_them_enters_the_pages(town: Town, ledger: Ledger, service: str) -> None:
    with ledger.attack("admin: who may not enter") as attack, Visitor(town, service) as visitor:
        attack.holds(
            "/admin/logout/" not in visitor.sign_in(town.powerless).text, f"{service}: a powerless one is in"
        )
        for path in (
            "/admin/autocomplete/",
            "/admin/jsi18n/",
            "/admin/password_change/",
            "/admin/auth/user/",
        ):
            answer = visitor.http.get(path)
            attack.holds("login" in str(answer.url) or answer.status_code in {403, 404} or path.endswith("jsi18n/"),
                         f"{service}{path}: {answer.status_code} {answer.url}")  # fmt: skip
