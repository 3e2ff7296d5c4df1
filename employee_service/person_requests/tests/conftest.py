"""Fixtures of the tests of requests about personal data."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from rest_framework.test import APIClient

from employee_service.person_requests.tests.neighbours import Others, others_answering


@pytest.fixture
def others(settings: Any) -> Iterator[Others]:
    """The other services."""
    with others_answering(settings) as found:
        yield found


@pytest.fixture
def manager_id() -> UUID:
    """The account of the manager."""
    return uuid4()


@pytest.fixture
def manager(
    api: Callable[[str], APIClient], person_token: Callable[..., Any], company_id: UUID, manager_id: UUID
) -> APIClient:
    """A client of the company's manager."""
    return api(person_token(role="company_manager", company_id=company_id, user_id=manager_id))
