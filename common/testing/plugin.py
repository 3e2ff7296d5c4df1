"""Fixtures of every project's tests: a migrated database used as the run-time role, tokens, an API client."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings

from common.testing.database import TestDatabase

# How fast a machine makes examples says nothing about the code under test.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared")


@pytest.fixture(scope="session")
def test_database() -> TestDatabase:
    """The service's migrated test database, seen as its owner."""
    from common.conf import env

    return TestDatabase(env.required("DATABASE_OWNER_URL"))


@pytest.fixture(scope="session")
def django_db_setup(test_database: TestDatabase, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: the database exists and is migrated; tests connect as the run-time role."""
    test_database.prepare()
    yield
    with django_db_blocker.unblock():
        from django.db import connections

        connections.close_all()


@pytest.fixture
def committed_db(
    test_database: TestDatabase, django_db_setup: None, django_db_blocker: Any
) -> Iterator[None]:
    """Real commits, for tests of concurrency, crashes and ``on_commit``; everything is emptied afterwards."""
    from django.db import connections

    with django_db_blocker.unblock():
        yield
        connections.close_all()
    test_database.restore()


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    marked = request.node.get_closest_marker("django_db") is not None
    if marked or {"db", "committed_db"} & set(request.fixturenames):
        from django.core.cache import cache

        cache.clear()


@pytest.fixture
def person_token() -> Callable[..., str]:
    """Make access tokens as the auth service would, signed with a key that only tests know."""
    from common.testing.tokens import person_token as make
    from common.testing.tokens import trust_test_key

    trust_test_key()
    return make


@pytest.fixture
def api() -> Callable[[str | None], Any]:
    """An API client that sends JSON, signed in when a token is given."""
    from rest_framework.test import APIClient

    def client(token: str | None = None) -> APIClient:
        result = APIClient(raise_request_exception=False)
        result.default_format = "json"
        if token:
            result.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return result

    return client


@pytest.fixture
def company_id() -> UUID:
    """An id for a company of the test's own."""
    from uuid import uuid4

    return uuid4()
