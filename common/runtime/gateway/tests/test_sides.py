"""Which side a request goes to, and that it is the same for a company whatever it asks for."""

import base64
import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from common.legacy.ids import new_id
from common.runtime.gateway.companies import WHOLE, place_of
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.tests.sides import Applications

HALF = WHOLE // 2
IDS = [str(uuid.UUID(int=number * 7919 << 96 | number)) for number in range(1, 120)]
MOVED = next(each for each in IDS if place_of(each) < HALF)
STAYING = next(each for each in IDS if place_of(each) >= HALF)
OLD_MOVED = next(f"company-{n}" for n in range(99) if place_of(f"company-{n}") < HALF)
OLD_STAYING = next(f"company-{n}" for n in range(99) if place_of(f"company-{n}") >= HALF)


def token(**claims: Any) -> dict[str, str]:
    parts = ({"alg": "EdDSA", "kid": "1"}, claims)
    plain = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return {"Authorization": f"Bearer {'.'.join(plain)}.{'x' * 86}"}


def side(client: httpx.Client, headers: Mapping[str, str], path: str = "/employees") -> str:
    client.cookies.clear()
    answer = client.get(path, headers=headers)
    assert answer.status_code == httpx.codes.OK
    assert (answer.json()["name"] == "legacy") == (answer.headers["X-Side"] == "legacy")
    return answer.headers["X-Side"]


@pytest.mark.parametrize(("company", "expected"), [(MOVED, "new"), (STAYING, "legacy")])
def test_a_token_of_the_new_side_says_the_company(
    gateway: Gateway, client: httpx.Client, company: str, expected: str
) -> None:
    gateway.traffic.change(HALF, "test")
    assert side(client, token(iss="hrms-auth", company_id=company)) == expected
    assert side(client, token(iss="hrms-auth", company_id=company.upper())) == expected


@pytest.mark.parametrize(("company", "expected"), [(OLD_MOVED, "new"), (OLD_STAYING, "legacy")])
@pytest.mark.parametrize("claim", ["company_id", "companyId"])
def test_a_token_of_the_old_side_names_the_same_company_by_its_old_id(
    gateway: Gateway, client: httpx.Client, claim: str, company: str, expected: str
) -> None:
    gateway.traffic.change(HALF, "test")
    assert side(client, token(**{claim: company})) == expected
    assert side(client, {"X-Company-Id": company}) == expected
    assert side(client, {"X-Company-Id": str(new_id("companies", company))}) == expected


def test_an_old_id_that_looks_like_a_new_one_is_still_old_in_an_old_token(
    gateway: Gateway, client: httpx.Client
) -> None:
    own = next(
        each for each in IDS if (place_of(each) < HALF) != (place_of(str(new_id("companies", each))) < HALF)
    )
    gateway.traffic.change(HALF, "test")
    expected = "new" if place_of(str(new_id("companies", own))) < HALF else "legacy"
    assert side(client, token(company_id=own)) == expected


def test_a_token_counts_for_more_than_a_header(gateway: Gateway, client: httpx.Client) -> None:
    gateway.traffic.change(HALF, "test")
    headers = {**token(iss="hrms-auth", company_id=STAYING), "X-Company-Id": MOVED}
    assert side(client, headers) == "legacy"


def test_who_belongs_to_no_company_may_name_one(gateway: Gateway, client: httpx.Client) -> None:
    gateway.traffic.change(HALF, "test")
    nobody = token(iss="hrms-auth", company_id=None)
    assert side(client, nobody) == "legacy"
    assert side(client, {**nobody, "X-Company-Id": MOVED}) == "new"


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic eDp5"}, token(a=1)]
)
def test_a_request_that_names_no_company_moves_last(
    gateway: Gateway, client: httpx.Client, headers: dict[str, str]
) -> None:
    gateway.traffic.change(WHOLE - 1, "test")
    assert side(client, headers) == "legacy"
    gateway.traffic.change(WHOLE, "test")
    assert side(client, headers) == "new"


def test_signing_in_goes_to_the_side_of_the_company_in_the_body(
    gateway: Gateway, client: httpx.Client
) -> None:
    gateway.traffic.change(HALF, "test")
    for company, expected in ((MOVED, "new"), (STAYING, "legacy"), (OLD_MOVED, "new")):
        body = {"email": "a@example.com", "password": "x" * 3000, "company_id": company}
        answer = client.post("/login", json=body)
        assert answer.headers["X-Side"] == expected
        assert json.loads(answer.json()["body"]) == body


def test_a_browser_is_led_back_to_its_side_by_a_cookie(gateway: Gateway, client: httpx.Client) -> None:
    gateway.traffic.change(HALF, "test")
    answer = client.get("/employees", headers=token(iss="hrms-auth", company_id=MOVED))
    assert "HttpOnly; SameSite=Lax" in answer.headers["Set-Cookie"]
    assert client.post("/login", json={}).headers["X-Side"] == "new"
    again = client.get("/employees", headers=token(iss="hrms-auth", company_id=MOVED))
    assert "Set-Cookie" not in again.headers
    client.get("/employees", headers=token(iss="hrms-auth", company_id=STAYING))
    assert client.post("/login", json={}).headers["X-Side"] == "legacy"


def test_a_company_is_on_one_side_with_every_service(
    gateway: Gateway, client: httpx.Client, applications: Applications
) -> None:
    paths = ("/profile", "/companies", "/leaves", "/documents", "/notifications", "/events")
    gateway.traffic.change(HALF, "test")
    for company in IDS[:20]:
        headers = token(iss="hrms-auth", company_id=company)
        expected = "new" if place_of(company) < HALF else "legacy"
        assert {side(client, headers, path) for path in paths} == {expected}


def test_at_a_higher_share_who_was_on_the_new_side_stays_there(
    gateway: Gateway, client: httpx.Client
) -> None:
    moved: set[str] = set()
    for share in (100, 500, 2500, 5000, WHOLE):
        gateway.traffic.change(share, "test")
        now = {each for each in IDS if side(client, {"X-Company-Id": each}) == "new"}
        assert moved <= now
        assert now == {each for each in IDS if place_of(each) < share}
        moved = now
    assert moved == set(IDS)


def test_the_share_of_many_companies_is_the_share_that_was_set() -> None:
    places = [place_of(str(uuid.uuid5(uuid.NAMESPACE_DNS, str(number)))) for number in range(20_000)]
    for share in (100, 1000, 5000):
        assert sum(place < share for place in places) / 20_000 == pytest.approx(share / WHOLE, abs=0.01)
