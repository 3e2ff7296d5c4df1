"""A rule of lists that every service keeps: more rows cost no more queries; each service's tests inherit it.

Which addresses answer with a list is read from the service's own routes and declarations, so that a list which
somebody adds later has to be tried, too.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.serializers import ListSerializer

from common.api.query import ListQuery
from common.api.views import ServiceAPIView
from common.privacy.choices import AccessAction, Door, SubjectKind
from common.privacy.models import Access
from common.security.tenancy import all_companies

FEW, MANY = 10, 200
LIMIT = 100

Json = dict[str, Any]
More = Callable[[int], object]


@dataclass(frozen=True)
class Listed:
    """An address that answers GET with a list under ``key``."""

    name: str
    key: str
    paged: bool


@dataclass
class Asking:
    """Who asks for a list, and how; a list's maker may change it before the first request."""

    company_id: UUID = field(default_factory=uuid4)
    user_id: UUID = field(default_factory=uuid4)
    role: str = "company_manager"
    path: dict[str, UUID] = field(default_factory=dict)
    """What the address names."""
    query: Json = field(default_factory=dict)


@pytest.mark.django_db
class ListRules:
    """Inherit as ``TestLists`` and say for each list by the name of its route how rows come into it.

    A maker is called in the scope of all companies with who will ask; it makes what the list is inside of, and
    returns what makes so many rows more.
    """

    makers: ClassVar[Mapping[str, Callable[[Asking], More]]]

    def test_every_list_is_tried(self) -> None:
        """Here, below."""
        assert {listed.name for listed in lists()} == _all(self.makers).keys()

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """One test for each list."""
        if "name" in metafunc.fixturenames:
            metafunc.parametrize("name", sorted(_all(self.makers)))

    def test_more_rows_cost_no_more_queries(self, name: str, api: Any, person_token: Any) -> None:
        """Neither on a page, nor from the start by cursor."""
        [listed] = [listed for listed in lists() if listed.name == name]
        asking = Asking()
        with all_companies("test data"):
            more = _all(self.makers)[name](asking)
            more(FEW)
        company_id = None if asking.role == "super_admin" else asking.company_id
        client = api(person_token(role=asking.role, company_id=company_id, user_id=asking.user_id))
        ask(client, listed, asking)  # what is read once a process is read now
        few = [ask(client, listed, asking, **way) for way in ways(listed)]
        with all_companies("test data"):
            more(MANY - FEW)
        many = [ask(client, listed, asking, **way) for way in ways(listed)]
        assert [queries for _rows, queries in many] == [queries for _rows, queries in few]
        assert all(rows >= FEW for rows, _queries in few)
        assert all(rows >= LIMIT for rows, _queries in many)


def accesses(asking: Asking) -> More:
    """The access log, which every service keeps."""
    row = {
        "company_id": asking.company_id,
        "subject_kind": SubjectKind.EMPLOYEE,
        "actor_id": asking.user_id,
        "action": AccessAction.EXPORTED,
        "door": Door.API,
        "place": "/somewhere",
    }
    return lambda count: Access.objects.bulk_create(Access(**row) for _ in range(count))


def _all(makers: Mapping[str, Callable[[Asking], More]]) -> Mapping[str, Callable[[Asking], More]]:
    return {**makers, "person_accesses": accesses}


def ways(listed: Listed) -> list[Json]:
    """The ways in which a list can be asked for."""
    return [{"limit": LIMIT, "page": 1}, {"limit": LIMIT, "cursor": ""}] if listed.paged else [{}]


def ask(client: Any, listed: Listed, asking: Asking, **query: Any) -> tuple[int, int]:
    """How many rows and how many queries an answer has."""
    address = reverse(listed.name, kwargs=asking.path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address, {**asking.query, **query})
    assert answer.status_code == 200, answer.content
    return len(answer.json()[listed.key]), len(captured)


def lists() -> list[Listed]:
    """Every list of the service under test."""
    return [
        Listed(name, key, issubclass(view.query_serializers.get("GET", object), ListQuery))
        for name, view in _views(get_resolver().url_patterns)
        if (key := _list_in(view))
    ]


def _views(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, type[ServiceAPIView]]]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if isinstance(view, type) and issubclass(view, ServiceAPIView):
            yield str(pattern.name), view


def _list_in(view: type[ServiceAPIView]) -> str:
    """The first field of the answer to GET that is a list of things; empty when there is none."""
    declared = view.answer_serializers.get("GET")
    answer = declared.get(200) if isinstance(declared, Mapping) else declared
    fields = answer().fields if isinstance(answer, type) and hasattr(answer, "_declared_fields") else {}
    return next((name for name, field in fields.items() if isinstance(field, ListSerializer)), "")
