"""Fixtures of the tests that run whole sagas."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient

from common.testing.sagas import test_broker
from employee_service.tests.neighbours import Neighbours


@pytest.fixture
def neighbours(committed_db: None) -> Iterator[Neighbours]:
    """The two other services of the saga, over real queues and real commits."""
    with test_broker() as broker:
        yield Neighbours(broker)


@pytest.fixture
def manager(api: Callable[[str], APIClient], person_token: Callable[..., str], company_id: UUID) -> APIClient:
    """A client of the company's manager."""
    return api(person_token(role="company_manager", company_id=company_id))


@pytest.fixture
def wanted() -> dict[str, Any]:
    """A person to hire, as the published contract has it, without an account."""
    return {
        "first_name": "Noura",
        "last_name": "Al-Salem",
        "email": "Noura@Example.com",
        "position": "Accountant",
        "hire_date": "2026-11-22",
        "employment_type": "full_time",
        "salary": 650.5,
    }
