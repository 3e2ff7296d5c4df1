from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from analytics_service.analytics.consumers import store_events
from analytics_service.analytics.tests.factories import EnvelopeFactory
from common.contracts.base import to_wire
from common.contracts.company import HeadcountChanged
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db
Client = Callable[..., Any]


def tell(company_id: UUID, *headcounts: int, first_position: int = 1) -> None:
    """The company service tells, in one batch, how the number of people changed."""
    with all_companies("as the consumer runs"):
        store_events(
            "company",
            [
                EnvelopeFactory.create(
                    type="headcount.changed",
                    position=first_position + place,
                    company_id=company_id,
                    aggregate_id=company_id,
                    payload=to_wire(HeadcountChanged(company_id=company_id, headcount=number, delta=1)),
                )
                for place, number in enumerate(headcounts)
            ],
        )


def headcounts(client: Any) -> dict[str, int]:
    answer = client.get("/metrics/headcount")
    assert answer.status_code == 200, answer.content
    figures = {each["company_id"]: each["headcount"] for each in answer.json()["companies"]}
    assert answer.json()["total"] == sum(figures.values())
    return figures


def test_the_headcount_is_the_last_one_told(
    api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    tell(company_id, 1, 2, 3)
    tell(uuid4(), 50)
    manager = api(person_token(role="company_manager", company_id=company_id))
    assert headcounts(manager) == {str(company_id): 3}


def test_after_the_producer_was_restored_its_new_positions_count(
    api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    tell(company_id, 8, 9, first_position=500)
    tell(company_id, 7, first_position=20)
    assert headcounts(api(person_token(role="employee", company_id=company_id))) == {str(company_id): 7}


def test_an_administrator_sees_every_company_and_the_total(
    api: Client, person_token: Callable[..., str]
) -> None:
    tell(one := uuid4(), 4)
    tell(other := uuid4(), 5)
    assert headcounts(api(person_token(role="super_admin"))) == {str(one): 4, str(other): 5}


def test_before_anything_was_told_there_is_no_figure(
    api: Client, person_token: Callable[..., str], company_id: UUID
) -> None:
    assert headcounts(api(person_token(role="company_manager", company_id=company_id))) == {}


def test_a_worker_sees_no_figures(api: Client, person_token: Callable[..., str], company_id: UUID) -> None:
    assert (
        api(person_token(role="worker", company_id=company_id)).get("/metrics/headcount").status_code == 403
    )


def test_an_unknown_parameter_is_refused(api: Client, person_token: Callable[..., str]) -> None:
    assert api(person_token(role="super_admin")).get("/metrics/headcount?day=today").status_code == 422
