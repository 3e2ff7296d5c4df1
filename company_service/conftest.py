"""Fixtures of the company service's tests."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from common.security.tenancy import all_companies
from company_service.companies.models import Company
from company_service.companies.tests.factories import CompanyFactory


@pytest.fixture
def group(db: None) -> Iterator[None]:
    """The scope of the group's own staff."""
    with all_companies("test"):
        yield


@pytest.fixture
def company(group: None) -> Company:
    """A company, in the scope of the group's own staff."""
    return CompanyFactory.create()


Client = Callable[..., Any]


@pytest.fixture
def as_role(api: Callable[[str | None], Any], person_token: Callable[..., str]) -> Client:
    """An API client of a person with this role in this company."""

    def client(role: str, company_id: UUID | None = None, **claims: Any) -> Any:
        return api(person_token(role=role, company_id=company_id, **claims))

    return client
