"""Requests that make no sense, and requests for what is somebody else's, get the contract's error; nothing changes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.runtime.layout import SERVICES
from tests.e2e.house import House, Person, new_person

# What changes by itself: who was heard of last, and the pages of signed-in staff.
RESTLESS = ("feed_subscribers", "feed_cursors", "django_session", "sign_in_attempts", "handled_messages")
WRITES = {"auth": "/register", "company": "/companies", "employee": "/employees"}


def contents(house: House) -> dict[str, str]:
    """A digest of every table of every service."""
    found: dict[str, str] = {}
    for service in SERVICES:
        tables = house.databases.rows(service, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in tables:
            if table not in RESTLESS:
                query = f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {table} t"
                found[f"{service}.{table}"] = house.databases.value(service, query)
    return found


@contextmanager
def nothing_changes(house: House) -> Iterator[None]:
    house.wait_quiet()
    before = contents(house)
    yield
    house.wait_quiet()
    after = contents(house)
    assert {name for name in before if before[name] != after[name]} == set()


def error_of(answer: httpx.Response) -> tuple[int, str]:
    assert set(answer.json()) == {"success", "error", "timestamp"}
    return answer.status_code, answer.json()["error"]["code"]


def good_body(service: str, company_id: str) -> dict[str, Any]:
    bodies = {
        "auth": {
            "email": f"{uuid4().hex}@e2e.example",
            "password": "a long password",
            "first_name": "Ali",
            "last_name": "Saleh",
        },
        "company": {"name": f"Never {uuid4().hex}"},
        "employee": new_person(company_id),
    }
    return bodies[service]


WRONG_TYPES: dict[str, dict[str, Any]] = {
    "auth": {"email": 7},
    "company": {"seat_limit": "many"},
    "employee": {"hire_date": ["2026-01-01"]},
}


@pytest.mark.parametrize("service", WRITES)
def test_a_body_that_cannot_be_meant_is_refused_and_changes_nothing(
    house: House, hr: Person, service: str, manager_company: str
) -> None:
    address, body = WRITES[service], good_body(service, manager_company)
    json_type = {"Content-Type": "application/json"}
    with nothing_changes(house):
        broken = hr.ask("POST", service, address, content=b'{"name": ', headers=json_type)
        assert error_of(broken) == (400, "MALFORMED_REQUEST")
        for text in (b"[]", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff\xfe"):
            answer = hr.ask("POST", service, address, content=text, headers=json_type)
            assert error_of(answer) == (400, "MALFORMED_REQUEST"), text
        wrong = hr.ask("POST", service, address, json={**body, **WRONG_TYPES[service]})
        assert error_of(wrong) == (422, "VALIDATION_ERROR")
        assert list(wrong.json()["error"]["details"]) == list(WRONG_TYPES[service])
        unknown = hr.ask("POST", service, address, json={**body, "is_superuser": True})
        assert error_of(unknown) == (422, "VALIDATION_ERROR")
        assert list(unknown.json()["error"]["details"]) == ["is_superuser"]
        missing = hr.ask("POST", service, address, json={})
        assert error_of(missing) == (422, "VALIDATION_ERROR")
        large = hr.ask("POST", service, address, json={**body, "description": "x" * 2_000_000})
        assert error_of(large) == (413, "PAYLOAD_TOO_LARGE")
        form = hr.ask("POST", service, address, data={"name": "x"})
        assert error_of(form) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_answers_nonsense_in_the_same_envelope(house: House, hr: Person, service: str) -> None:
    assert error_of(hr.ask("GET", service, "/no/such/address")) == (404, "NOT_FOUND")
    assert error_of(hr.ask("PATCH", service, "/health")) == (405, "METHOD_NOT_ALLOWED")
    anonymous = httpx.get(f"{house.stack.url(service)}/internal/events")
    assert error_of(anonymous) == (401, "UNAUTHENTICATED")


@pytest.fixture(scope="module")
def foreign(house: House) -> dict[str, str]:
    """Ids in a company that the manager has nothing to do with."""
    company_id = house.new_company()
    department = house.hr.ask(
        "POST", "company", f"/companies/{company_id}/departments", json={"name": "Accounts"}
    ).json()["department"]
    saga = house.hr.hire(company_id, headers={"Prefer": "respond-async"}).json()["saga"]
    house.wait_quiet()
    return {
        "company": company_id,
        "department": str(department["id"]),
        "employee": str(saga["employee_id"]),
        "saga": str(saga["id"]),
    }


ADDRESSES = [
    ("GET", "company", "/companies/{company}", None),
    ("GET", "company", "/companies/{company}/departments", None),
    ("POST", "company", "/companies/{company}/departments", {"name": "Mine"}),
    ("GET", "company", "/companies/{company}/settings", None),
    ("GET", "company", "/companies/{company}/statistics", None),
    ("GET", "company", "/departments/{department}", None),
    ("PUT", "company", "/departments/{department}", {"name": "Mine"}),
    ("DELETE", "company", "/departments/{department}", None),
    ("GET", "employee", "/employees/{employee}", None),
    ("PUT", "employee", "/employees/{employee}", {"position": "Mine"}),
    ("DELETE", "employee", "/employees/{employee}", {"termination_date": "2026-01-31"}),
    ("GET", "employee", "/employees/{employee}/profile", None),
    ("PUT", "employee", "/employees/{employee}/profile", {"skills": ["mine"]}),
    ("GET", "employee", "/employees/{employee}/relationships", None),
    ("GET", "employee", "/sagas/{saga}", None),
]


def asked(person: Person, method: str, service: str, address: str, body: Any) -> httpx.Response:
    return person.ask(method, service, address, **({} if body is None else {"json": body}))


def test_what_is_another_companys_looks_exactly_like_what_does_not_exist(
    house: House, hr: Person, manager: Person, foreign: dict[str, str]
) -> None:
    with nothing_changes(house):
        for method, service, address, body in ADDRESSES:
            theirs = asked(manager, method, service, address.format(**foreign), body)
            nobodys = asked(
                manager, method, service, address.format(**{name: uuid4() for name in foreign}), body
            )
            assert theirs.status_code == nobodys.status_code == httpx.codes.NOT_FOUND, (method, address)
            assert theirs.json()["error"] == nobodys.json()["error"], (method, address)
        for service, address in (("employee", "/employees"), ("analytics", "/events")):
            rows = manager.get(service, address, limit=100)[address[1:]]
            assert foreign["company"] not in str(rows)
    # The addresses themselves are good.
    for method, service, address, body in ADDRESSES:
        if method == "GET":
            assert asked(hr, method, service, address.format(**foreign), body).status_code == httpx.codes.OK


def test_nobody_hires_into_a_company_of_others(
    house: House, manager: Person, foreign: dict[str, str]
) -> None:
    with nothing_changes(house):
        theirs = manager.hire(foreign["company"])
        nobodys = manager.hire(str(uuid4()))
    assert error_of(theirs) == error_of(nobodys) == (422, "VALIDATION_ERROR")
    assert theirs.json()["error"] == nobodys.json()["error"]
