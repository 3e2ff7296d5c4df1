"""Whatever is asked, every operation answers as its service's own OpenAPI document says.

FUZZ_CASES is how many requests an operation gets, by two people, half of them such as the document excludes, where
it excludes any; FUZZ_SEED says which ones. When there are many, as with ``make fuzz``, the edges of every parameter
and field are tried as well. What a document excludes must be refused; what it allows need not make sense.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation, BaseSchema
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from common.runtime.layout import SERVICES
from tests.e2e.fuzzing.things import Ids, Things
from tests.e2e.house import Person

CASES = int(os.environ.get("FUZZ_CASES", "16"))
SEED = int(os.environ.get("FUZZ_SEED", "20260101"))
MANY = CASES >= 100
SECONDS = 3600 if MANY else 300
PEOPLE = ("administrator", "manager")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
    ignored_auth,
]
# They end the session they are asked with, so each of their requests comes in another one.
ENDING = {"POST /logout", "DELETE /sessions"}
# A row that its document excludes is refused in its place in the answer, and the others are hired.
REFUSED_BY_ROW = {"POST /employees/bulk"}
# What these do to a thing keeps the next request from doing it, too.
SPOILING = ("PUT ", "DELETE ", "POST ")
NAMED_IN_BODIES = {"company_id", "department_id", "employee_id", "user_id", "template_id"}

Note = Callable[[str, object], None]
Case = schemathesis.Case[Any]
Operation = APIOperation[Any, Any, Any, Any]
Json = dict[str, Any]


class Sender:
    """Asks as one person, on one connection."""

    def __init__(self, things: Things, person: Person) -> None:
        self._things = things
        self._person = person
        self._leaving: Person | None = None
        self.session = requests.Session()
        self.statuses: Counter[int] = Counter()

    def _headers(self, operation: str) -> dict[str, str]:
        """The headers of one request to the operation."""
        person = self._person
        if operation in ENDING:
            person = self._leaving = self._leaving or self._things.registered()
        return {"Authorization": f"Bearer {person.token}"}

    def try_out(self, case: Case) -> None:
        """Send one request and check the answer; raises a failure that says how to repeat it."""
        operation = case.operation.label
        headers = self._headers(operation)
        answer = case.call(session=self.session, headers=headers, timeout=60)
        self.statuses[answer.status_code] += 1
        if operation in ENDING and answer.status_code == requests.codes.ok:
            self._leaving = None
        without: list[CheckFunction] = [negative_data_rejection] if is_taken_all_the_same(case) else []
        case.validate_response(answer, checks=CHECKS, excluded_checks=without, headers=headers)


class Targets:
    """What made-up addresses and bodies of a document lead to, more often than not: things that exist."""

    def __init__(self, things: Things) -> None:
        self._things = things
        self._known: dict[str, Ids] = {}

    def prepare(self, operation: Operation) -> None:
        """Make what the operation's address names."""
        own = operation.label.startswith(SPOILING)
        self._known[operation.label] = self._things.named_in(operation.path, own=own)

    def hook_into(self, schema: BaseSchema) -> BaseSchema:
        """``schema``, whose requests are led here."""

        def map_path_parameters(
            context: schemathesis.HookContext, path_parameters: Json | None
        ) -> Json | None:
            if not path_parameters:
                return path_parameters
            known = self._known.get(context.operation.label, {}) if context.operation else {}
            replaced = all(is_replaced(value) for name, value in path_parameters.items() if name in known)
            return {**path_parameters, **known} if replaced else path_parameters

        def map_body(context: schemathesis.HookContext, body: Any) -> Any:
            if not isinstance(body, dict):
                return body
            named = [name for name in body if name in NAMED_IN_BODIES and is_replaced(body[name])]
            return {**body, **{name: self._things.one(name, {}) for name in named}}

        schema.hook(map_path_parameters)
        schema.hook(map_body)
        return schema


def is_replaced(value: Any) -> bool:
    """Whether a made-up id is one of those three in four in whose place one that exists is put."""
    try:
        return UUID(str(value)).int % 4 != 0
    except ValueError:
        return False


@pytest.fixture(params=[(service, who) for service in SERVICES for who in PEOPLE], ids="-".join)
def asked(request: pytest.FixtureRequest) -> tuple[str, str]:
    """Which service is asked by whom."""
    found: tuple[str, str] = request.param
    return found


@pytest.fixture
def sender(things: Things, asked: tuple[str, str]) -> Iterator[Sender]:
    """Who asks."""
    sender = Sender(things, getattr(things, asked[1]))
    with sender.session:
        yield sender


@pytest.fixture
def targets(things: Things) -> Targets:
    """What there is."""
    return Targets(things)


@pytest.fixture
def document(things: Things, targets: Targets, asked: tuple[str, str]) -> BaseSchema:
    """The service's document, whose operations find what their addresses name."""
    url = f"{things.house.stack.url(asked[0])}/schema"
    schema = schemathesis.openapi.from_url(
        url, headers={"Accept": "application/json"}, config=SchemathesisConfig.from_dict({"seed": SEED})
    )
    return targets.hook_into(schema)


@pytest.mark.timeout(SECONDS)
def test_every_operation_answers_as_documented(
    document: BaseSchema, targets: Targets, sender: Sender, subtests: pytest.Subtests, record_property: Note
) -> None:
    for found in document.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        with subtests.test(operation.label):
            targets.prepare(operation)
            modes = [mode for mode in GenerationMode if mode.is_positive or takes_anything(operation)]
            for mode in modes:
                made_up(operation, mode, sender, CASES // (len(PEOPLE) * len(modes)))
            for case in edges(operation) if MANY else ():
                sender.try_out(case)
    counted = ", ".join(f"{status}: {count}" for status, count in sorted(sender.statuses.items()))
    record_property(f"answers by status with FUZZ_SEED={SEED}", counted)


def made_up(operation: Operation, mode: GenerationMode, sender: Sender, cases: int) -> None:
    """Requests of one kind, until one shows a fault; that one is made as small as it can be."""

    @seed(SEED)
    @settings(max_examples=cases, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Case) -> None:
        sender.try_out(case)

    try:
        ask()
    except Unsatisfiable:
        # Any text at all is allowed, so that no request is excluded.
        assert mode == GenerationMode.NEGATIVE, operation.label


def is_taken_all_the_same(case: Case) -> bool:
    """Whether a request need not be refused, although its document excludes it."""
    if case.operation.label in REFUSED_BY_ROW:
        return True
    # What is left empty in a form was not filled in.
    if case.media_type != "multipart/form-data" or not isinstance(case.body, dict):
        return False
    return any(value in {"", b""} for value in case.body.values() if isinstance(value, str | bytes))


def edges(operation: Operation) -> Iterator[Case]:
    """Every limit, choice and omission, one after the other."""
    schema = operation.schema
    configuration = schema.config.generation_for(operation=operation, phase="coverage")
    yield from schema.iter_coverage_cases(
        operation, generation_modes=list(GenerationMode), generation_config=configuration
    )


def takes_anything(operation: Operation) -> bool:
    """Whether there is anything that could be wrong in a request."""
    return bool(list(operation.iter_parameters()) or operation.body)
