"""The stand-in answers as the contract says, or the tests beside this one would prove little."""

import httpx
import pytest

from tests.e2e.contract.answers import keeps_to_contract
from tests.e2e.contract.facts import operations
from tests.gateway.town import Town

ANSWERED = {
    "auth GET /profile",
    "company GET /companies",
    "employee GET /employees",
    "employee GET /statistics",
    "document GET /statistics",
    "notification GET /notifications",
    "notification PATCH /notifications/mark-all-read",
    *(f"{service} GET /health" for service in ("auth", "company", "employee", "document", "notification")),
}
PUBLISHED = {str(operation): operation for operation in operations()}


@pytest.mark.parametrize("name", sorted(ANSWERED))
def test_an_answer_of_the_old_application_keeps_to_the_contract(town: Town, name: str) -> None:
    operation = PUBLISHED[name]
    headers = {"Authorization": "Bearer any", "X-Service": operation.service}
    answer = httpx.request(operation.method, f"{town.old}{operation.path}", headers=headers)
    keeps_to_contract(operation, answer, 200)
    if operation.signed_in:
        keeps_to_contract(operation, httpx.request(operation.method, f"{town.old}{operation.path}"), 401)


def test_who_signs_in_at_the_old_application_stays_there_by_their_token(town: Town) -> None:
    body = {"email": "user5@example.com", "password": "legacy-pass-123", "company_id": "company-5"}
    answer = httpx.post(f"{town.address}/login", json=body)
    keeps_to_contract(PUBLISHED["auth POST /login"], answer, 200)
    assert answer.headers["X-Side"] == "legacy"
    signed_in = {"Authorization": f"Bearer {answer.json()['token']}"}
    assert httpx.get(f"{town.address}/profile", headers=signed_in).headers["X-Side"] == "legacy"
