"""Who asks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest


@pytest.fixture
def manager(api: Callable[..., Any], person_token: Callable[..., str], company_id: UUID) -> Any:
    """A client of the company's manager."""
    return api(person_token(role="company_manager", company_id=company_id))
