"""The internal addresses are for the service that keeps people's requests, and for nobody else."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.messaging.tests.conftest import TokenOf
from common.privacy.models import Erasure
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
HOLDINGS, ERASURES = "/internal/privacy/holdings", "/internal/privacy/erasures"


@pytest.fixture
def body(company_id: UUID) -> dict[str, str]:
    return {"company_id": str(company_id), "employee_id": str(uuid4()), "user_id": str(uuid4())}


def test_the_asking_service_gets_what_is_held(asking: Any, body: dict[str, str]) -> None:
    answer = asking.post(HOLDINGS, body)
    assert (answer.status_code, answer.json()) == (200, [])


def test_an_erasure_is_carried_out_once(asking: Any, body: dict[str, str]) -> None:
    order: dict[str, Any] = {**body, "request_id": str(uuid4()), "keep_until": None, "account": True}
    first = asking.post(ERASURES, order)
    assert first.status_code == 200, first.content
    assert asking.post(ERASURES, order).json() == first.json()
    with all_companies("test"):
        assert Erasure.objects.filter(pk=order["request_id"]).count() == 1


@pytest.mark.parametrize("address", [HOLDINGS, ERASURES])
def test_other_services_and_people_are_refused(
    api: Any,
    token_of: TokenOf,
    person_token: Callable[..., str],
    body: dict[str, str],
    company_id: UUID,
    address: str,
) -> None:
    order = body if address == HOLDINGS else {**body, "request_id": str(uuid4())}
    assert api(token_of("document")).post(address, order).status_code == 403
    assert api(token_of("employee", "document")).post(address, order).status_code == 401
    for token in (None, person_token(role="super_admin"), person_token(company_id=company_id)):
        assert api(token).post(address, order).status_code == 401
    with all_companies("test"):
        assert not Erasure.objects.exists()
