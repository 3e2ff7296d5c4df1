"""Kills the process at every boundary of a saga, one after the other, and looks at what is left.

The boundaries are enumerated by running a saga once: every statement, commit and publication, before and
after, and every message taken and about to be acknowledged. Killing closes the database connection as the
kernel would; the message in hand is either given back by the broker or lost.
"""

from uuid import UUID

import pytest
from django.db import connection

from common.sagas import engine
from common.sagas.tests.toy import ToyData, check_invariants, drive, lies_still, saga, start, time_passes
from common.testing.boundaries import COMMIT, PUBLISH, STATEMENT, TASK, Boundaries, enumerated
from common.testing.sagas import TestBroker

KINDS = frozenset({STATEMENT, COMMIT, PUBLISH, TASK})
PATHS = {
    "completes": (ToyData(key="x"), "completed"),
    "compensates": (ToyData(key="x", refuses="three"), "compensated"),
}


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs."""


def kill(_name: str) -> None:
    connection.close()
    raise Killed


def once_through(broker: TestBroker) -> None:
    """One orchestration and everything that follows from it."""
    engine.orchestrate()
    broker.deliver_all()


def distinct(crossed: list[str]) -> list[str]:
    """Without the ways in that directly follow a way out: nothing has happened between the two."""
    before = ["", *crossed]
    return [
        name
        for previous, name in zip(before, crossed, strict=False)
        if not (previous.startswith("after") and name.startswith("before"))
    ]


def killed_at(boundary: str, broker: TestBroker, data: ToyData) -> UUID:
    """Start a saga and die at the boundary; what is left lies still, in the database and in the queues."""
    (saga_id,) = start(data)
    with enumerated(Boundaries(stop=kill, kinds=KINDS, armed=boundary)) as armed, pytest.raises(Killed):
        once_through(broker)
    assert armed.crossed[-1] == boundary
    lies_still()
    return saga_id


@pytest.mark.parametrize("redelivers", [True, False], ids=["message given back", "message lost"])
@pytest.mark.parametrize("path", PATHS)
def test_a_saga_killed_at_any_boundary_still_ends_right(
    broker: TestBroker, path: str, redelivers: bool
) -> None:
    data, end = PATHS[path]
    broker.loses_unacknowledged = not redelivers
    start(data)
    with enumerated(Boundaries(stop=kill, kinds=KINDS)) as counted:
        once_through(broker)
    for kind in ("publish", "commit"):
        assert len([name for name in counted.crossed if kind in name]) >= 2 * 6
    names = distinct(counted.crossed)
    killed: dict[UUID, str] = {}
    left: list[tuple[str, bytes]] = []
    for index, name in enumerate(names):
        saga_id = killed_at(name, broker, ToyData(key=f"{path}{index}", refuses=data.refuses))
        killed[saga_id] = name
        left += broker.put_aside()
    # They recover side by side: each died alone, and none may depend on another's luck.
    broker.put_back(left)
    time_passes()
    drive(broker)
    assert {killed[saga_id]: saga(saga_id).state for saga_id in killed} == dict.fromkeys(names, end)
    check_invariants()
