"""Licences through the API: entered, listed, corrected, renewed, withdrawn."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.days import today
from common.security.tenancy import all_companies
from company_service.companies.models import Company, License
from company_service.companies.tests.factories import (
    CompanyFactory,
    LicenseFactory,
    events_of,
    payloads,
    with_moments,
)
from company_service.conftest import Client

NEW = {
    "number": "٢٠١٩/٤٤١٧",
    "name": "الترخيص الرئيسي",
    "type": "main",
    "issuing_authority": "وزارة التجارة والصناعة",
    "issued_on": "2025-01-01",
    "expires_on": "2199-12-31",
    "location": "حولي",
    "description": "الأصل في الخزنة",
}


def days(count: int) -> date:
    """The day that many days from today."""
    return today() + timedelta(days=count)


@pytest.fixture
def pearl(db: None) -> Company:
    with all_companies("test"):
        return CompanyFactory(name="Pearl")


@pytest.fixture
def manager(pearl: Company, as_role: Client) -> Any:
    return as_role("company_manager", pearl.id)


@pytest.fixture
def licensed(pearl: Company) -> Callable[..., License]:
    """Make a licence of the company outside every scope, as one stands there when a request comes."""

    def make(**fields: Any) -> License:
        with all_companies("test"):
            return LicenseFactory(**{"company": pearl, **fields})

    return make


def numbers(answer: Any) -> list[str]:
    return [found["number"] for found in answer.json()["licenses"]]


def test_a_license_is_entered_read_corrected_and_withdrawn(manager: Any, pearl: Company) -> None:
    created = manager.post(f"/companies/{pearl.id}/licenses", NEW)
    assert created.status_code == 201
    entered = created.json()["license"]
    assert {name: entered[name] for name in NEW} == NEW
    assert entered["company_id"] == str(pearl.id)
    assert entered["status"] == "active"
    assert entered["days_left"] == (date(2199, 12, 31) - today()).days

    address = f"/licenses/{entered['id']}"
    assert manager.get(address).json()["license"] == entered
    changed = manager.put(address, {"name": "الرخصة", "location": "", "issued_on": None}).json()["license"]
    assert changed["name"] == "الرخصة"
    assert not {"location", "issued_on"} & set(changed), "what is taken away is left out"
    assert changed["description"] == NEW["description"], "what was not named stays"

    gone = manager.delete(address)
    assert (gone.status_code, set(gone.json())) == (200, {"success", "message"})
    assert [manager.get(address).status_code, manager.delete(address).status_code] == [404, 404]
    assert numbers(manager.get(f"/companies/{pearl.id}/licenses")) == []
    with all_companies("test"):
        assert events_of(UUID(entered["id"])) == [
            ("license.created", 1),
            ("license.updated", 2),
            ("license.updated", 3),
        ]
        assert [payload["is_active"] for payload in payloads("license.updated")] == [True, False]


def test_saving_what_is_there_already_publishes_nothing(manager: Any, licensed: Any) -> None:
    kept = licensed(name="Main")
    assert manager.put(f"/licenses/{kept.id}", {"name": "Main"}).status_code == 200
    with all_companies("test"):
        assert events_of(kept.id) == [("license.created", 1)]


def test_the_list_is_paged_searched_and_filtered(manager: Any, pearl: Company, licensed: Any) -> None:
    for number in range(3):
        licensed(number=f"A{number}", type="branch", expires_on=days(10 * number))
    licensed(number="٤٤/B", name="رخصة المطعم", type="restaurant", expires_on=days(-1))
    licensed(number="C", status="pending")
    address = f"/companies/{pearl.id}/licenses"
    first = manager.get(address, {"limit": 2}).json()
    assert [found["number"] for found in first["licenses"]] == ["C", "٤٤/B"]
    assert (first["pagination"]["total"], first["pagination"]["pages"]) == (5, 3)
    rest = manager.get(address, {"limit": 3, "cursor": first["pagination"]["next_cursor"]})
    assert numbers(rest) == ["A2", "A1", "A0"]
    expected = {
        "status=active": ["A2", "A1", "A0"],
        "status=expired": ["٤٤/B"],
        "status=pending": ["C"],
        "type=branch": ["A2", "A1", "A0"],
        "search=44": ["٤٤/B"],
        "search=رخصه": ["٤٤/B"],
        "search=nothing": [],
        f"expires_before={days(10)}": ["٤٤/B", "A0"],
        f"expires_before={days(10)}&status=active": ["A0"],
    }
    assert {query: numbers(manager.get(f"{address}?{query}")) for query in expected} == expected


def test_a_row_of_the_list_is_what_the_license_itself_shows(
    manager: Any, pearl: Company, licensed: Any
) -> None:
    plain, over = licensed(), licensed(expires_on=days(-3), issued_on=days(-300), location="حولي")
    rows = manager.get(f"/companies/{pearl.id}/licenses").json()["licenses"]
    shown = [manager.get(f"/licenses/{found.id}").json()["license"] for found in (over, plain)]
    for found in shown:
        del found["periods"]
    assert [with_moments(row) for row in rows] == [with_moments(found) for found in shown]
    assert (rows[0]["status"], rows[0]["days_left"]) == ("expired", -3)
    assert "days_left" not in rows[1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["today", "in 30"]),
        ({"days": 0}, ["today"]),
        ({"days": 31}, ["today", "in 30", "in 31"]),
        ({"days": 365, "include_expired": "true"}, ["over", "today", "in 30", "in 31"]),
        ({"days": 1, "include_expired": "true"}, ["over", "today"]),
    ],
)
def test_what_ends_soon_is_listed_the_next_end_first(
    manager: Any, licensed: Any, query: dict[str, Any], found: list[str]
) -> None:
    for name, left in (("in 31", 31), ("over", -40), ("in 30", 30), ("today", 0), ("in 366", 366)):
        licensed(number=name, expires_on=days(left))
    licensed(number="endless")
    answer = manager.get("/licenses/expiring", query)
    assert numbers(answer) == found
    assert all((row["days_left"] < 0) is (row["number"] == "over") for row in answer.json()["licenses"])


def test_those_who_serve_every_company_see_what_ends_in_all_and_others_in_theirs(
    manager: Any, licensed: Any, as_role: Client
) -> None:
    licensed(number="own", expires_on=days(3))
    with all_companies("test"):
        LicenseFactory(number="foreign", expires_on=days(2))
    assert numbers(manager.get("/licenses/expiring")) == ["own"]
    everybody = as_role("super_admin")
    assert numbers(everybody.get("/licenses/expiring")) == ["foreign", "own"]
    first = everybody.get("/licenses/expiring", {"limit": 1}).json()
    following = {"limit": 1, "cursor": first["pagination"]["next_cursor"]}
    assert numbers(everybody.get("/licenses/expiring", following)) == ["own"]


def test_a_renewal_keeps_the_period_before_and_moves_the_end(manager: Any, licensed: Any) -> None:
    kept = licensed(number="1", issued_on=days(-365), expires_on=days(-1))
    body = {"issued_on": str(days(0)), "expires_on": str(days(365)), "number": "2"}
    answer = manager.post(f"/licenses/{kept.id}/renew", body)
    assert answer.status_code == 200
    renewed = answer.json()["license"]
    assert (renewed["status"], renewed["number"], renewed["days_left"]) == ("active", "2", 365)
    current, before = renewed["periods"]
    assert current == {"status": "current", **body}
    assert before.pop("renewed_at")
    assert len(before.pop("renewed_by")) == 36
    assert before == {
        "status": "renewed",
        "number": "1",
        "issued_on": str(days(-365)),
        "expires_on": str(days(-1)),
    }
    again = manager.post(f"/licenses/{kept.id}/renew", body)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "LICENSE_NOT_EXTENDED")
    with all_companies("test"):
        assert events_of(kept.id) == [("license.created", 1), ("license.updated", 2)]


def test_a_pending_license_comes_into_force_by_its_first_period(manager: Any, licensed: Any) -> None:
    kept = licensed(status="pending")
    body = {"issued_on": str(days(-1)), "expires_on": str(days(99))}
    renewed = manager.post(f"/licenses/{kept.id}/renew", body).json()["license"]
    assert renewed["status"] == "active"
    assert [period["status"] for period in renewed["periods"]] == ["current"], "there was no period before"


def test_the_same_idempotency_key_renews_once(manager: Any, licensed: Any) -> None:
    kept = licensed(issued_on=days(-365), expires_on=days(-1))
    body = {"issued_on": str(days(0)), "expires_on": str(days(365))}
    answers = [
        manager.post(f"/licenses/{kept.id}/renew", body, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "x" * 101}, "number"),
        ({"number": "\u200b\u2060"}, "number"),
        ({"name": "main\u202eniam"}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"name": None}, "name"),
        ({"type": "piracy"}, "type"),
        ({"status": "lost"}, "status"),
        ({"expires_on": "0000-00-00"}, "expires_on"),
        ({"expires_on": "31/12/2030"}, "expires_on"),
        ({"expires_on": "9999-12-31"}, "expires_on"),
        ({"issued_on": "2025-02-30"}, "issued_on"),
        ({"issued_on": "2199-01-01", "expires_on": "2198-01-01"}, "expires_on"),
        ({"status": "expired"}, "status"),
        ({"status": "active", "expires_on": "2020-01-01", "issued_on": None}, "status"),
        ({"company_id": str(uuid4())}, "company_id"),
        ({"is_active": False}, "is_active"),
        ({"old_id": "1"}, "old_id"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(
    manager: Any, pearl: Company, licensed: Any, values: dict[str, Any], field: str
) -> None:
    kept = licensed(**NEW | {"issued_on": date(2025, 1, 1), "expires_on": date(2199, 12, 31)})
    answers = [
        manager.post(f"/companies/{pearl.id}/licenses", NEW | {"number": "7"} | values),
        manager.put(f"/licenses/{kept.id}", values),
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [list(answer.json()["error"]["details"]) for answer in answers] == [[field], [field]]
    with all_companies("test"):
        assert License.objects.count() == 1
        assert events_of(kept.id) == [("license.created", 1)]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "VALIDATION_ERROR"),
        ({"issued_on": "2030-01-01"}, "VALIDATION_ERROR"),
        ({"issued_on": "2030-01-01", "expires_on": "2031-01-01", "status": "active"}, "VALIDATION_ERROR"),
        ({"issued_on": "2031-01-02", "expires_on": "2031-01-01"}, "INVALID_LICENSE_PERIOD"),
        ({"issued_on": "2026-01-01", "expires_on": "2031-01-01"}, "INVALID_LICENSE_PERIOD"),
    ],
)
def test_a_period_that_cannot_follow_is_refused(
    manager: Any, licensed: Any, body: dict[str, str], code: str
) -> None:
    kept = licensed(issued_on=date(2026, 1, 1), expires_on=date(2030, 12, 31))
    answer = manager.post(f"/licenses/{kept.id}/renew", body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    assert len(manager.get(f"/licenses/{kept.id}").json()["license"]["periods"]) == 1


def test_a_number_is_given_once_in_a_type(manager: Any, pearl: Company, licensed: Any) -> None:
    licensed(number="44 أ", type="branch")
    other = licensed(number="45", type="branch", issued_on=days(-9))
    body = {"number": "٤٤ ا", "name": "Twin", "type": "branch"}
    address = f"/companies/{pearl.id}/licenses"
    period = {"issued_on": str(days(0)), "expires_on": str(days(9)), "number": "44 أ"}
    refused = [
        manager.post(address, body),
        manager.put(f"/licenses/{other.id}", {"number": "44 أ"}),
        manager.post(f"/licenses/{other.id}/renew", period),
    ]
    assert [answer.status_code for answer in refused] == [409] * 3
    assert {answer.json()["error"]["code"] for answer in refused} == {"LICENSE_NUMBER_TAKEN"}
    assert manager.post(address, {**body, "type": "main"}).status_code == 201


def test_a_withdrawn_license_frees_its_number(manager: Any, pearl: Company, licensed: Any) -> None:
    manager.delete(f"/licenses/{licensed(number='44').id}")
    body = {"number": "44", "name": "Again", "type": "main"}
    assert manager.post(f"/companies/{pearl.id}/licenses", body).status_code == 201


def test_a_license_of_another_company_is_answered_like_one_that_does_not_exist(
    pearl: Company, licensed: Any, as_role: Client
) -> None:
    foreign, body = licensed(), {"issued_on": "2026-01-01", "expires_on": "2027-01-01"}
    with all_companies("test"):
        stranger = as_role("company_manager", CompanyFactory().id)
    for license_id in (foreign.id, uuid4()):
        address = f"/licenses/{license_id}"
        answers = [
            stranger.get(address),
            stranger.put(address, {"name": "Mine"}),
            stranger.delete(address),
            stranger.post(f"{address}/renew", body),
        ]
        assert [answer.status_code for answer in answers] == [404] * 4
        assert {answer.json()["error"]["code"] for answer in answers} == {"LICENSE_NOT_FOUND"}
    for company_id in (pearl.id, uuid4()):
        address = f"/companies/{company_id}/licenses"
        answers = [stranger.get(address), stranger.post(address, NEW)]
        assert [answer.json()["error"]["code"] for answer in answers] == ["COMPANY_NOT_FOUND"] * 2
    with all_companies("test"):
        assert events_of(foreign.id) == [("license.created", 1)]


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [("company_manager", 200, 200), ("employee", 200, 403), ("supervisor", 200, 403), ("worker", 403, 403)],
)
def test_office_staff_reads_licenses_and_managers_change_them(
    pearl: Company, licensed: Any, as_role: Client, role: str, reads: int, writes: int
) -> None:
    kept = licensed(issued_on=days(-1), expires_on=days(1))
    person = as_role(role, pearl.id)
    address = f"/licenses/{kept.id}"
    seen = [
        person.get(f"/companies/{pearl.id}/licenses"),
        person.get("/licenses/expiring"),
        person.get(address),
    ]
    assert [answer.status_code for answer in seen] == [reads] * 3
    made = person.post(f"/companies/{pearl.id}/licenses", NEW)
    assert made.status_code == (201 if writes == 200 else 403)
    done = [
        person.put(address, {"name": "New"}),
        person.post(f"{address}/renew", {"issued_on": str(days(0)), "expires_on": str(days(9))}),
        person.delete(address),
    ]
    assert [answer.status_code for answer in done] == [writes] * 3


def test_nobody_enters_without_a_token(api: Any, pearl: Company, licensed: Any) -> None:
    for address in (f"/companies/{pearl.id}/licenses", "/licenses/expiring", f"/licenses/{licensed().id}"):
        assert api().get(address).status_code == 401


@pytest.mark.parametrize("query", ["days=-1", "days=366", "days=x", "include_expired=maybe", "colour=red"])
def test_a_look_ahead_that_cannot_be_is_refused(manager: Any, query: str) -> None:
    assert manager.get(f"/licenses/expiring?{query}").status_code == 422


def test_a_list_of_licenses_costs_the_same_however_many_there_are(
    manager: Any, pearl: Company, licensed: Any, django_assert_max_num_queries: Any
) -> None:
    for _ in range(12):
        licensed(expires_on=days(5))
    with django_assert_max_num_queries(8):
        assert len(manager.get(f"/companies/{pearl.id}/licenses").json()["licenses"]) == 12
    with django_assert_max_num_queries(8):
        assert len(manager.get("/licenses/expiring").json()["licenses"]) == 12
