from typing import Any
from uuid import uuid4

import pytest

from common.security.tenancy import all_companies
from company_service.companies.models import Company, CompanySetting
from company_service.companies.tests.factories import (
    CompanyFactory,
    SettingFactory,
    payloads,
    with_moments,
)
from company_service.conftest import Client

NEW = {
    "name": "Nour Trading",
    "name_ar": "شركة النور للتجارة",
    "industry": "Cloth",
    "size": "small",
    "website": "https://nour.example",
    "phone": "+965 22334455",
    "address": {"city": "Kuwait", "country": "KW"},
    "subscription_plan": "basic",
    "seat_limit": 10,
}


@pytest.fixture
def admin(db: None, as_role: Client) -> Any:
    return as_role("super_admin")


@pytest.fixture
def outside(db: None) -> Company:
    """A company made outside every scope, as it stands when a request comes."""
    with all_companies("test"):
        return CompanyFactory(name="Pearl")


def test_a_company_is_created_read_changed_and_deactivated(admin: Any) -> None:
    created = admin.post("/companies", NEW)
    assert created.status_code == 201
    company = created.json()["company"]
    assert {name: company[name] for name in NEW} == NEW
    assert company["is_active"] is True
    assert "description" not in company, (
        "what nobody gave is left out: the contract's fields are not nullable"
    )

    address = f"/companies/{company['id']}"
    assert admin.get(address).json() == {"success": True, "company": company}

    changed = admin.put(address, {"description": "Cloth and more", "address": {"city": "Salmiya"}})
    assert changed.status_code == 200
    assert changed.json()["company"]["address"] == {"city": "Salmiya"}
    assert changed.json()["company"]["name"] == NEW["name"]

    gone = admin.delete(address)
    assert gone.status_code == 200
    assert set(gone.json()) == {"success", "message"}
    assert admin.get(address).json()["company"]["is_active"] is False


def test_the_list_is_paged_searched_and_filtered(admin: Any) -> None:
    with all_companies("test"):
        for number in range(3):
            CompanyFactory(name=f"Amber {number}", industry="gold")
        idle = CompanyFactory(name="Zinc", name_ar="شركة الزنك", size="large", is_active=False)
    first = admin.get("/companies?limit=2").json()
    assert [company["name"] for company in first["companies"]] == ["Zinc", "Amber 2"]
    assert {**first["pagination"], "next_cursor": None} == {
        "page": 1,
        "limit": 2,
        "total": 4,
        "pages": 2,
        "next_cursor": None,
    }
    rest = admin.get("/companies", {"limit": 2, "cursor": first["pagination"]["next_cursor"]}).json()
    assert [company["name"] for company in rest["companies"]] == ["Amber 1", "Amber 0"]
    for query in ({"search": "زنك"}, {"search": "الزنك"}, {"size": "large"}, {"is_active": "false"}):
        found = [company["id"] for company in admin.get("/companies", query).json()["companies"]]
        assert found == ([] if query == {"search": "زنك"} else [str(idle.id)])
    assert len(admin.get("/companies?industry=gold").json()["companies"]) == 3


def test_a_row_of_the_list_is_what_the_company_itself_shows(admin: Any, outside: Company) -> None:
    full = admin.post("/companies", {**NEW, "subscription_expires_at": "2030-01-01T09:30:00Z"}).json()[
        "company"
    ]
    rows = admin.get("/companies").json()["companies"]
    shown = [
        admin.get(f"/companies/{company_id}").json()["company"] for company_id in (full["id"], outside.id)
    ]
    assert [with_moments(row) for row in rows] == [with_moments(found) for found in shown]
    assert rows[0]["address"] == NEW["address"], "parts that nobody has given are left out"
    assert set(rows[1]) == {"id", "name", "is_active", "subscription_plan", "created_at", "updated_at"}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "name"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "\u200f\u200b"}, "name"),
        ({"name": "Pearl\u202e"}, "name"),
        ({"name": "x", "name_ar": "\u2067شركة"}, "name_ar"),
        ({"name": "x", "size": "tiny"}, "size"),
        ({"name": "x", "website": "javascript:alert(1)"}, "website"),
        ({"name": "x", "address": {"planet": "Mars"}}, "address"),
        ({"name": "x", "seat_limit": -1}, "seat_limit"),
        ({"name": "x", "is_active": False}, "is_active"),
        ({"name": "x", "owner": "me"}, "owner"),
        ({"name": ["x"]}, "name"),
        ({"name": "x", "subscription_expires_at": "0000-00-00"}, "subscription_expires_at"),
    ],
)
def test_values_that_cannot_be_are_refused_by_name(admin: Any, values: dict[str, Any], field: str) -> None:
    answer = admin.post("/companies", values)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert list(answer.json()["error"]["details"]) == [field]
    with all_companies("test"):
        assert not Company.objects.exists()


def test_broken_json_and_unknown_parameters_are_refused(admin: Any) -> None:
    broken = admin.generic("POST", "/companies", "{", content_type="application/json")
    assert (broken.status_code, broken.json()["error"]["code"]) == (400, "MALFORMED_REQUEST")
    assert admin.get("/companies?colour=red").status_code == 422
    assert admin.get(f"/companies/{uuid4()}?colour=red").status_code == 422


def test_a_name_in_use_is_a_conflict(admin: Any, outside: Company) -> None:
    answer = admin.post("/companies", {"name": outside.name})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "COMPANY_NAME_TAKEN")


def test_the_same_idempotency_key_creates_once(admin: Any) -> None:
    answers = [admin.post("/companies", NEW, HTTP_IDEMPOTENCY_KEY="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    with all_companies("test"):
        assert len(payloads("company.created")) == 1


def test_nobody_enters_without_a_token(api: Any, outside: Company) -> None:
    for address in ("/companies", f"/companies/{outside.id}", f"/companies/{outside.id}/statistics"):
        assert api().get(address).status_code == 401


@pytest.mark.parametrize("role", ["company_manager", "employee", "supervisor", "worker"])
def test_members_read_their_own_company_and_change_none(as_role: Client, outside: Company, role: str) -> None:
    member = as_role(role, outside.id)
    own = f"/companies/{outside.id}"
    assert member.get(own).json()["company"]["name"] == "Pearl"
    refused = [
        member.get("/companies"),
        member.post("/companies", NEW),
        member.put(own, {"name": "Mine"}),
        member.delete(own),
        member.post(f"{own}/settings", {"setting_key": "a", "setting_value": "b"}),
    ]
    assert [answer.status_code for answer in refused] == [403] * 5
    with all_companies("test"):
        outside.refresh_from_db()
        assert (outside.name, outside.is_active) == ("Pearl", True)


@pytest.mark.parametrize("path", ["", "/departments", "/settings", "/statistics"])
def test_another_company_is_answered_exactly_like_one_that_does_not_exist(
    as_role: Client, outside: Company, path: str
) -> None:
    with all_companies("test"):
        stranger = as_role("company_manager", CompanyFactory().id)
    foreign = stranger.get(f"/companies/{outside.id}{path}")
    unknown = stranger.get(f"/companies/{uuid4()}{path}")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.json()["error"] == unknown.json()["error"]
    assert foreign.json()["error"]["code"] == "COMPANY_NOT_FOUND"


def test_an_unknown_company_is_not_found_by_any_method(admin: Any) -> None:
    address = f"/companies/{uuid4()}"
    answers = [
        admin.put(address, {"name": "x"}),
        admin.delete(address),
        admin.post(f"{address}/departments", {"name": "x"}),
        admin.post(f"{address}/settings", {"setting_key": "a", "setting_value": "b"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert admin.get("/companies/not-a-uuid").status_code == 404


def test_settings_are_set_and_read(admin: Any, outside: Company) -> None:
    address = f"/companies/{outside.id}/settings"
    given = {"setting_key": "currency", "setting_value": "KWD", "description": "Money", "is_public": True}
    answer = admin.post(address, given)
    assert answer.status_code == 200
    setting = answer.json()["setting"]
    assert {name: setting[name] for name in given} == given
    assert setting["company_id"] == str(outside.id)
    assert admin.get(address).json()["settings"] == [setting]
    assert admin.get(f"{address}?key=currency").json()["settings"] == [setting]
    assert admin.get(f"{address}?key=other").json()["settings"] == []
    assert admin.post(address, {"setting_key": "currency"}).status_code == 422


def test_who_may_not_view_settings_reads_the_public_ones(as_role: Client, outside: Company) -> None:
    with all_companies("test"):
        SettingFactory(company=outside, key="hours", is_public=True)
        SettingFactory(company=outside, key="secret")
    address = f"/companies/{outside.id}/settings"
    worker = as_role("worker", outside.id).get(address).json()["settings"]
    manager = as_role("company_manager", outside.id).get(address).json()["settings"]
    assert [setting["setting_key"] for setting in worker] == ["hours"]
    assert [setting["setting_key"] for setting in manager] == ["hours", "secret"]
    with all_companies("test"):
        assert CompanySetting.objects.count() == 2


def test_statistics_are_not_for_workers(as_role: Client, outside: Company) -> None:
    address = f"/companies/{outside.id}/statistics"
    answers = [as_role(role, outside.id).get(address) for role in ("company_manager", "employee", "worker")]
    assert [answer.status_code for answer in answers] == [200, 200, 403]


def test_a_list_of_companies_costs_the_same_however_many_there_are(
    admin: Any, django_assert_max_num_queries: Any
) -> None:
    with all_companies("test"):
        CompanyFactory.create_batch(12)
    with django_assert_max_num_queries(12):
        assert len(admin.get("/companies").json()["companies"]) == 12
