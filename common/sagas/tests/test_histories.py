"""Any history of sagas ends right: messages lost, repeated and out of order, operators, deaths, and time."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from common.sagas import engine, services, store
from common.sagas.models import FINAL, LIVE, SagaInstance, SagaState
from common.sagas.tests.toy import COMPANY, STEPS, TOY, ToyData, check_invariants, drive, saga, time_passes
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, PUBLISH, STATEMENT, TASK, Boundaries, enumerated
from common.testing.database import TestDatabase
from common.testing.sagas import TestBroker

QUEUE = "employee.saga"
MOVES = {
    SagaState.RUNNING: {*SagaState},
    SagaState.COMPENSATING: {SagaState.COMPENSATING, SagaState.COMPENSATED, SagaState.PARKED},
    SagaState.PARKED: {*SagaState} - {SagaState.COMPLETED},
    SagaState.COMPLETED: {SagaState.COMPLETED},
    SagaState.COMPENSATED: {SagaState.COMPENSATED},
}
"""What a state may have become by the next look, over however many moves."""
OPERATIONS: dict[str, Callable[..., None]] = {
    "retry": services.saga_retry,
    "skip": services.saga_skip,
    "mark done": services.saga_mark_done,
    "compensate": services.saga_compensate,
}
steps = st.sampled_from(["", *STEPS])


class Killed(BaseException):
    """Stands for kill -9: nothing after it runs, and the database drops the connection."""


class Fuse(Boundaries):
    """Kills at the ``length``-th boundary of whatever comes, if it comes that far."""

    def __init__(self, length: int) -> None:
        super().__init__(stop=_kill, kinds=frozenset({STATEMENT, COMMIT, PUBLISH, TASK}))
        self._length = length

    def cross(self, kind: str, label: str) -> None:
        """Pass a boundary, or die at it."""
        super().cross(kind, label)
        if len(self.crossed) == self._length:
            self.stop(label)


def _kill(_name: str) -> None:
    connection.close()
    raise Killed


class Histories(RuleBasedStateMachine):
    """One history, from empty tables and with the same ids each time: it can be played again."""

    broker: TestBroker
    database: TestDatabase

    def __init__(self) -> None:
        super().__init__()
        self.broker.flush()
        self.database.as_owner("TRUNCATE sagas, saga_effects, saga_fences, feed_subscribers CASCADE")
        self.late: list[tuple[str, bytes]] = []
        self.states: dict[UUID, SagaState] = {}
        self.heads: dict[UUID, int] = {}

    @initialize()
    def begins(self) -> None:
        """With two sagas under way: most of what can go wrong needs one."""
        self.starts("", "", "")
        self.starts("", "", "")
        engine.orchestrate()

    @rule(refuses=steps, fails=steps, undo_fails=steps)
    def starts(self, refuses: str, fails: str, undo_fails: str) -> None:
        number = len(self.states) + 1
        data = ToyData(key=f"h{number}", refuses=refuses, fails=fails, undo_fails=undo_fails)
        with all_companies("test"):
            services.saga_start(TOY, data, saga_id=UUID(int=number), company_id=COMPANY, actor_id=None)
        self.states[UUID(int=number)] = SagaState.RUNNING

    @rule()
    def is_orchestrated(self) -> None:
        engine.orchestrate()

    @rule()
    def one_message_is_delivered(self) -> None:
        self.broker.deliver_one()

    @rule()
    def everything_is_delivered(self) -> None:
        self.broker.deliver_all()

    @rule(length=st.integers(1, 60), given_back=st.booleans())
    def dies_at_a_boundary(self, length: int, given_back: bool) -> None:
        self.broker.loses_unacknowledged = not given_back
        try:
            with enumerated(Fuse(length)):
                engine.orchestrate()
                self.broker.deliver_all()
        except Killed:
            pass
        finally:
            self.broker.loses_unacknowledged = False

    @precondition(lambda self: self.broker.pending())
    @rule()
    def a_message_is_lost(self) -> None:
        self.broker.drop_one(QUEUE)

    @precondition(lambda self: self.broker.pending())
    @rule()
    def everything_queued_is_lost(self) -> None:
        self.broker.flush()

    @precondition(lambda self: self.broker.pending())
    @rule()
    def a_message_comes_twice(self) -> None:
        self.broker.repeat_one(QUEUE)

    @precondition(lambda self: self.broker.pending())
    @rule()
    def a_message_is_held_up(self) -> None:
        message = self.broker.hold_one(QUEUE)
        if message:
            self.late.append(message)

    @precondition(lambda self: self.late)
    @rule()
    def a_late_message_arrives(self) -> None:
        self.broker.put_back([self.late.pop()])

    @rule()
    def time_passes(self) -> None:
        time_passes()

    @precondition(lambda self: self.states)
    @rule(data=st.data())
    def a_deadline_passes(self, data: st.DataObject) -> None:
        saga_id = data.draw(st.sampled_from(list(self.states)))
        with all_companies("test"):
            past = store.database_now() - timedelta(seconds=1)
            SagaInstance.objects.filter(pk=saga_id, state__in=LIVE).update(deadline_at=past)

    @precondition(lambda self: self.states)
    @rule(data=st.data(), operation=st.sampled_from(list(OPERATIONS)))
    def an_operator_interferes(self, data: st.DataObject, operation: str) -> None:
        saga_id = data.draw(st.sampled_from(list(self.states)))
        try:
            OPERATIONS[operation](saga_id, operator="nadia", reason="?")
        except services.SagaNotParkedError:
            assert operation in {"retry", "compensate"} or saga(saga_id).state in FINAL or _is_last(saga_id)

    @invariant()
    def states_move_as_declared_and_fences_only_rise(self) -> None:
        with all_companies("test"):
            found = SagaInstance.objects.filter(id__in=list(self.states)).values_list("id", "state", "fence")
            for saga_id, state, fence in found:
                before = self.states[saga_id]
                assert state in MOVES[before], f"{before} became {state}"
                assert fence >= self.heads.get(saga_id, 0)
                self.states[saga_id], self.heads[saga_id] = SagaState(state), fence

    def teardown(self) -> None:
        """Nothing breaks any more, and operators take care of what waits for them."""
        self._mend()
        drive(self.broker)
        for saga_id in self.states:
            if saga(saga_id).state == SagaState.PARKED:
                services.saga_retry(saga_id, operator="nadia", reason="mended")
        drive(self.broker)
        self.broker.put_back(self.late)
        self.broker.deliver_all()
        self.states_move_as_declared_and_fences_only_rise()
        assert {saga(saga_id).state for saga_id in self.states} <= set(FINAL)
        check_invariants()

    def _mend(self) -> None:
        with all_companies("test"):
            for instance in SagaInstance.objects.filter(id__in=list(self.states)):
                instance.data |= {"fails": "", "undo_fails": ""}
                instance.save(update_fields=["data"])


def _is_last(saga_id: UUID) -> bool:
    return saga(saga_id).step == STEPS[-1]


@pytest.mark.timeout(300)
def test_any_history_ends_right(broker: TestBroker, test_database: TestDatabase) -> None:
    Histories.broker, Histories.database = broker, test_database
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
