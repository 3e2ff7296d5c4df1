"""Kills the process at every boundary of a saga, one after the other, and looks at what is left.

The boundaries are enumerated by running a saga once: every statement, commit and publication, before and
after. Killing closes the database connection as the kernel would; the message in hand is either given
back by the broker or lost.
"""

import pytest
from django.db import connection

from common.sagas import engine
from common.sagas.tests.toy import ToyData, check_invariants, drive, saga, start, time_passes
from common.testing.boundaries import COMMIT, PUBLISH, STATEMENT, Boundaries, enumerated
from common.testing.sagas import TestBroker

KINDS = frozenset({STATEMENT, COMMIT, PUBLISH})
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
    names = counted.crossed
    assert len([name for name in names if "publish" in name]) >= 2 * 6
    assert len([name for name in names if "commit" in name]) >= 2 * 6
    for index, name in enumerate(names):
        broker.flush()
        (saga_id,) = start(ToyData(key=f"{path}{index}", refuses=data.refuses))
        with enumerated(Boundaries(stop=kill, kinds=KINDS, armed=name)) as armed:
            with pytest.raises(Killed):
                once_through(broker)
        assert armed.crossed[-1] == name
        time_passes()
        drive(broker)
        assert saga(saga_id).state == end, name
    check_invariants()
