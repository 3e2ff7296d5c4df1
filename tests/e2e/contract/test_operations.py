"""Every published operation answers every published status as published, over HTTP, on the running system."""

from collections import defaultdict

import pytest

from common.runtime.layout import ROOT
from tests.e2e.contract.answers import (
    fields_in,
    fields_of,
    filtered,
    keeps_to_contract,
    names_what_is_wrong,
    repeats,
)
from tests.e2e.contract.departures import NOT_REQUIRED, NOT_TAKEN, STATUSES, UNFILLED
from tests.e2e.contract.facts import Operation, operations, schemas
from tests.e2e.contract.refusals import BY_STATUS, SPECIAL
from tests.e2e.contract.requests import bad_queries, body, good_bodies, good_queries
from tests.e2e.contract.scenes import SCENES
from tests.e2e.contract.world import World

PUBLISHED = 65
CASES = [(operation, status) for operation in operations() for status in sorted(operation.answers)]


def named(case: object) -> str:
    return str(case)


@pytest.mark.parametrize(("operation", "status"), CASES, ids=named)
def test_every_status_is_answered_as_published(world: World, operation: Operation, status: int) -> None:
    meet = SPECIAL.get((str(operation), status), BY_STATUS.get(status))
    if status == operation.good_status:
        meet = all_is_well
    assert meet is not None
    meet(world, operation)


def all_is_well(world: World, operation: Operation) -> None:
    """Every published field and parameter is taken, up to its edges, and the answer shows its effect."""
    for names, given in good_bodies(operation):
        scene = SCENES[str(operation)](world)
        sent = body(operation, scene, names, given)
        document = keeps_to_contract(
            operation, world.send(operation, scene, body=sent), operation.good_status
        )
        repeats(operation, document, sent or {})
    if operation.method != "GET":
        return
    scene = SCENES[str(operation)](world)
    for query in good_queries(operation, scene):
        answer = world.send(operation, scene, query=query)
        filtered(operation, keeps_to_contract(operation, answer, 200), query)


@pytest.mark.parametrize("operation", [each for each in operations() if each.query], ids=named)
def test_a_query_that_is_not_published_is_refused(world: World, operation: Operation) -> None:
    scene = SCENES[str(operation)](world)
    for name, query in bad_queries(operation):
        answer = world.send(operation, scene, query=query)
        names_what_is_wrong(answer, name, query)


def test_every_published_operation_and_status_was_met(world: World, request: pytest.FixtureRequest) -> None:
    """Nothing was skipped, and nothing that was published was forgotten."""
    tried = {
        (str(item.callspec.params["operation"]), item.callspec.params["status"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.originalname == test_every_status_is_answered_as_published.__name__
    }
    assert len(SCENES) == len(operations()) == PUBLISHED
    expected = {(str(operation), status) for operation, status in CASES}
    if not request.config.option.keyword:
        assert tried == expected
    met = {(str(seen.operation), seen.answer.status_code) for seen in world.seen}
    replaced = {(name, departure.answered) for (name, _), departure in STATUSES.items()}
    assert tried - set(STATUSES) - met == set()
    assert {pair for pair in replaced if (pair[0], 404) in tried} <= met


def test_every_published_field_is_given_where_there_is_a_value(
    world: World, request: pytest.FixtureRequest
) -> None:
    given: dict[tuple[str, str], set[str]] = defaultdict(set)
    for seen in world.seen:
        if seen.operation.shown and seen.answer.status_code == seen.operation.good_status:
            document = seen.answer.json()
            for key, name in seen.operation.shown.items():
                # A list's rows have the fields of its schema.
                fields = (field.removeprefix("[]") for field in fields_in(document[key] if key else document))
                given[seen.operation.service, name] |= set(fields)
    missing = {
        (service, name, field)
        for (service, name), fields in given.items()
        for field in fields_of(schemas()[service, name])
        if field not in fields
    }
    if request.config.option.keyword:
        return
    left_out = sorted(missing - set(UNFILLED))
    assert left_out == [], "\n".join(map(str, left_out))
    assert set(UNFILLED) - missing == set()


def test_every_departure_is_written_down() -> None:
    tables = (STATUSES, NOT_REQUIRED, NOT_TAKEN, UNFILLED)
    for departure in (each for table in tables for each in table.values()):
        text = " ".join((ROOT / departure.document).read_text(encoding="utf-8").split())
        assert departure.words in text, departure
