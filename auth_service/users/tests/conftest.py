from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from auth_service.users.keysource import own_keys
from common.messaging.models import EventRecord
from common.security.keys import use_key_source
from common.security.tenancy import all_companies


@pytest.fixture(autouse=True)
def _own_keys() -> Iterator[None]:
    """Each test has signing keys of its own, so it also reads them anew."""
    former = use_key_source(own_keys())
    yield
    use_key_source(former)


Events = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def events() -> Events:
    """The payloads of this service's events so far, of one type or about one aggregate when given."""

    def read(kind: str | None = None, aggregate_id: UUID | None = None) -> list[dict[str, Any]]:
        with all_companies("test"):
            rows = EventRecord.objects.order_by("id")
            if kind is not None:
                rows = rows.filter(type=kind)
            if aggregate_id is not None:
                rows = rows.filter(aggregate_id=aggregate_id)
            return [row.payload for row in rows]

    return read
