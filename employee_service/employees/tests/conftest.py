"""Fixtures of the tests of the app."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from rest_framework.test import APIClient


@pytest.fixture
def sign_in(
    api: Callable[[str], APIClient], person_token: Callable[..., str], company_id: UUID
) -> Callable[..., APIClient]:
    """A client of a person of the company, by role."""

    def client(role: str = "company_manager", **claims: Any) -> APIClient:
        return api(person_token(**{"role": role, "company_id": company_id, **claims}))

    return client
