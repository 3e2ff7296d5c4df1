"""The life of sagas, with every trouble that can be brought about in one process."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction

from common.contracts.base import to_wire
from common.sagas import engine, machine, services, store
from common.sagas.models import SagaEffect, SagaInstance, SagaState, SagaStep
from common.sagas.outcomes import Answer, Call, CommandMessage, Direction, Outcome, Status
from common.sagas.participant import execute, participants, participates
from common.sagas.registry import Finished, register
from common.sagas.tests.toy import (
    COMPANY,
    OTHER_COMPANY,
    TOY,
    Touch,
    ToyData,
    all_effects,
    check_invariants,
    drive,
    effects,
    handled,
    saga,
    start,
    time_passes,
)
from common.security.tenancy import all_companies, company_scope
from common.testing.sagas import TestBroker
from common.testing.threads import run_all


def command(saga_id: UUID, step: str, fence: int, key: str, company: UUID = COMPANY) -> CommandMessage:
    return CommandMessage(
        saga_id=saga_id,
        step=step,
        company_id=company,
        fence=fence,
        command=to_wire(Touch(key=f"{step}:{key}")),
    )


def do(saga_id: UUID, step: str, fence: int, key: str = "k") -> Answer:
    return execute(participants[f"toy.{step}"], [command(saga_id, step, fence, key)])[0]


def undo(saga_id: UUID, step: str, fence: int, key: str = "k") -> Answer:
    return execute(participants[f"toy.undo_{step}"], [command(saga_id, step, fence, key)])[0]


def test_a_saga_runs_its_steps_in_order_and_completes(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPLETED
    assert effects("a") == all_effects("a")
    assert [task for task, _ in handled] == ["toy.one", "toy.two", "toy.three"]
    check_invariants()


def test_a_refusal_undoes_the_steps_before_it_in_reverse_and_tells_why(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", refuses="three"))
    drive(broker)
    ended = saga(saga_id)
    assert ended.state == SagaState.COMPENSATED
    assert (ended.error_code, ended.error_status, ended.error_details) == ("TOUCHED", 409, {"step": "three"})
    assert [task for task, _ in handled][-2:] == ["toy.undo_two", "toy.undo_one"]
    check_invariants()


def test_a_refusal_of_the_first_step_leaves_nothing_to_undo(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", refuses="one"))
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPENSATED
    assert [task for task, _ in handled] == ["toy.one"]


def test_two_hundred_sagas_travel_in_one_message_a_step(broker: TestBroker) -> None:
    start(*(ToyData(key=f"k{n}") for n in range(200)))
    drive(broker)
    assert handled == [("toy.one", 200), ("toy.two", 200), ("toy.three", 200)]
    check_invariants()


def test_one_bad_command_in_a_batch_does_not_harm_the_others(broker: TestBroker) -> None:
    start(
        *(ToyData(key=f"k{n}", refuses="two" if n == 3 else "") for n in range(6)),
        ToyData(key="f", fails="two"),
    )
    engine.orchestrate()
    broker.deliver_all()
    with all_companies("test"):
        states = dict(SagaInstance.objects.values_list("data__key", "state"))
    assert states.pop("f") == SagaState.RUNNING
    assert states.pop("k3") == SagaState.COMPENSATED
    assert set(states.values()) == {SagaState.COMPLETED}


def test_trouble_is_tried_again_until_the_deadline_and_then_undone(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", fails="two"))
    for _ in range(3):
        engine.orchestrate()
        broker.deliver_all()
        time_passes()
    assert saga(saga_id).state == SagaState.RUNNING
    with all_companies("test"):
        SagaInstance.objects.update(deadline_at=store.database_now() - timedelta(seconds=1))
    drive(broker)
    assert (saga(saga_id).state, saga(saga_id).error_code) == (SagaState.COMPENSATED, "SAGA_DEADLINE")
    check_invariants()


def test_a_deadline_that_passes_during_the_last_step_undoes_that_step_too(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    engine.orchestrate()
    while saga(saga_id).step != "three":
        broker.deliver_one()
    late = broker.deliver_one()
    assert late == "toy.three"
    broker.flush()  # its answer is lost
    with all_companies("test"):
        SagaInstance.objects.update(deadline_at=store.database_now() - timedelta(seconds=1))
    time_passes()
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPENSATED
    check_invariants()


def test_a_compensation_that_keeps_failing_waits_for_an_operator_who_can_retry_it(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", refuses="three", undo_fails="two"))
    drive(broker)
    waiting = saga(saga_id)
    assert waiting.state == SagaState.PARKED
    assert "COMPENSATION_FAILED" in waiting.park_reason
    with all_companies("test"):
        failures = SagaStep.objects.filter(
            saga_id=saga_id, direction="undo", name="two", status="failed"
        ).count()
        assert failures == machine.UNDO_ATTEMPTS
        SagaInstance.objects.update(data={**waiting.data, "undo_fails": ""})
    services.saga_retry(saga_id, operator="nadia", reason="fixed")
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPENSATED
    check_invariants()


def test_an_operator_can_mark_a_step_as_undone_by_hand(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", refuses="three", undo_fails="two"))
    drive(broker)
    services.saga_mark_done(saga_id, operator="nadia", reason="removed it myself")
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPENSATED
    assert effects("a") == ["two:a"]
    with all_companies("test"):
        note = SagaStep.objects.get(saga_id=saga_id, status=SagaStep.Status.MARKED)
    assert note.note == "nadia: removed it myself"


def test_an_operator_can_skip_a_step_and_the_saga_completes_without_it(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", fails="two"))
    engine.orchestrate()
    broker.deliver_all()
    services.saga_skip(saga_id, operator="nadia", reason="not needed")
    drive(broker)
    assert saga(saga_id).state == SagaState.COMPLETED
    assert effects("a") == sorted(["one:a", "three:a", "end:a"])


def test_the_last_step_cannot_be_skipped_because_its_end_is_the_engines(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a", fails="three"))
    engine.orchestrate()
    broker.deliver_all()
    with pytest.raises(services.SagaNotParkedError):
        services.saga_skip(saga_id, operator="nadia", reason="?")
    assert saga(saga_id).step == "three"


def test_an_operator_can_compensate_a_running_saga_and_a_late_answer_changes_nothing(
    broker: TestBroker,
) -> None:
    (saga_id,) = start(ToyData(key="a"))
    engine.orchestrate()
    assert broker.deliver_one() == "toy.one"
    services.saga_compensate(saga_id, operator="nadia", reason="wrong person")
    drive(broker)
    assert (saga(saga_id).state, saga(saga_id).error_code) == (SagaState.COMPENSATED, "CANCELLED")
    check_invariants()


def test_an_ended_saga_takes_no_operators_action(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    drive(broker)
    for action in (
        services.saga_retry,
        services.saga_skip,
        services.saga_mark_done,
        services.saga_compensate,
    ):
        with pytest.raises(services.SagaNotParkedError):
            action(saga_id, operator="nadia", reason="?")


def test_a_flushed_broker_costs_a_repeat_and_no_second_effect(broker: TestBroker) -> None:
    ids = start(*(ToyData(key=f"k{n}") for n in range(10)))
    for _ in range(4):
        engine.orchestrate()
        broker.deliver_one()
        broker.flush()
        time_passes()
    drive(broker)
    assert {saga(saga_id).state for saga_id in ids} == {SagaState.COMPLETED}
    check_invariants()


def test_a_saga_of_a_version_this_code_does_not_know_waits_for_an_operator(broker: TestBroker) -> None:
    (strange,) = start(ToyData(key="a"))
    (known,) = start(ToyData(key="b"))
    with all_companies("test"):
        SagaInstance.objects.filter(pk=strange).update(version="99")
    drive(broker)
    assert saga(strange).state == SagaState.PARKED
    assert "99" in saga(strange).park_reason
    assert saga(known).state == SagaState.COMPLETED


def test_two_orchestrators_never_claim_the_same_saga(broker: TestBroker) -> None:
    start(*(ToyData(key=f"k{n}") for n in range(60)))
    assert sum(run_all([engine.orchestrate] * 4)) == 60
    with all_companies("test"):
        assert set(SagaInstance.objects.values_list("fence", "attempts")) == {(1, 1)}


def test_an_owner_that_paused_is_stale_after_another_went_on(committed_db: None) -> None:
    saga_id = uuid4()
    assert do(saga_id, "one", fence=2).status is Status.DONE
    assert do(saga_id, "two", fence=1).status is Status.STALE
    assert effects("k") == ["one:k"]


def test_a_repeated_command_returns_the_stored_answer(committed_db: None) -> None:
    saga_id = uuid4()
    first = do(saga_id, "one", fence=1)
    again = do(saga_id, "one", fence=2)
    assert (again.status, again.result) == (first.status, first.result) == (Status.DONE, {"key": "one:k"})
    with all_companies("test"):
        assert SagaEffect.objects.filter(saga_id=saga_id).count() == 1


def test_a_late_action_after_its_compensation_does_nothing(committed_db: None) -> None:
    saga_id = uuid4()
    assert undo(saga_id, "one", fence=1).status is Status.DONE
    assert do(saga_id, "one", fence=2).status is Status.STALE
    assert effects("k") == []


def test_undoing_twice_undoes_once(committed_db: None) -> None:
    saga_id = uuid4()
    do(saga_id, "one", fence=1)
    assert [undo(saga_id, "one", fence=n).status for n in (2, 3)] == [Status.DONE, Status.DONE]
    assert handled[-1] == ("toy.undo_one", 1)
    assert effects("k") == []


def test_the_same_command_delivered_to_four_workers_at_once_has_one_effect(committed_db: None) -> None:
    saga_id = uuid4()
    answers = run_all([lambda: do(saga_id, "one", fence=1)] * 4)
    assert {answer.status for answer in answers} == {Status.DONE}
    assert effects("k") == ["one:k"]


def test_a_command_of_another_shape_fails_alone(committed_db: None) -> None:
    good, bad = uuid4(), uuid4()
    broken = CommandMessage(
        saga_id=bad, step="one", company_id=COMPANY, fence=1, command={"key": 7, "refuse": "?"}
    )
    answers = {
        a.saga_id: a.status for a in execute(participants["toy.one"], [command(good, "one", 1, "k"), broken])
    }
    assert answers == {good: Status.DONE, bad: Status.FAILED}


def test_a_handler_runs_in_the_scope_of_the_commands_company(committed_db: None) -> None:
    first, second = uuid4(), uuid4()
    execute(
        participants["toy.one"],
        [command(first, "one", 1, "a"), command(second, "one", 1, "b", company=OTHER_COMPANY)],
    )
    with company_scope(COMPANY):
        assert list(SagaEffect.objects.values_list("saga_id", flat=True)) == [first]
    with transaction.atomic():
        assert not SagaEffect.objects.exists()


def test_an_answer_nobody_waits_for_changes_nothing(broker: TestBroker) -> None:
    (saga_id,) = start(ToyData(key="a"))
    engine.orchestrate()
    strangers = [
        Answer(saga_id=uuid4(), step="one", direction=Direction.DO, fence=1, status=Status.DONE),
        Answer(saga_id=saga_id, step="two", direction=Direction.DO, fence=1, status=Status.DONE),
        Answer(saga_id=saga_id, step="one", direction=Direction.UNDO, fence=1, status=Status.DONE),
        Answer(saga_id=saga_id, step="one", direction=Direction.DO, fence=9, status=Status.DONE),
    ]
    for stranger in strangers:
        engine.record_answers([stranger])
    assert (saga(saga_id).step, saga(saga_id).results) == ("one", {})


def test_a_saga_whose_end_fails_is_tried_again_and_does_not_hold_up_others(broker: TestBroker) -> None:
    from common.messaging.models import Subscriber

    Subscriber.objects.create(name="end:bad", types=[])
    good, bad = start(ToyData(key="good"), ToyData(key="bad"))
    engine.orchestrate()
    broker.deliver_all()
    assert (saga(good).state, saga(bad).state) == (SagaState.COMPLETED, SagaState.RUNNING)
    Subscriber.objects.filter(name="end:bad").delete()
    time_passes()
    drive(broker)
    assert saga(bad).state == SagaState.COMPLETED


def test_the_definition_refuses_two_steps_of_one_name() -> None:
    with pytest.raises(ValueError, match="names of their own"):
        type(TOY)(name="x", version="1", data=ToyData, steps=(TOY.steps[0], TOY.steps[0]))


class TestEndByHand:
    """The end of a saga has effects of its own, also when an operator's hand brings it about."""

    @pytest.fixture
    def ended(self) -> list[UUID]:
        """The sagas whose undoing was told to the service; its hook fails for those called 'bad'."""
        ended: list[UUID] = []

        def tell(finished: Sequence[Finished]) -> None:
            if any(item.data.key == "bad" for item in finished):
                raise OSError("trouble")
            ended.extend(item.instance.id for item in finished)

        register(replace(TOY, name="toy with an end"), compensated_many=tell)
        return ended

    def parked(self, broker: TestBroker, key: str) -> UUID:
        (saga_id,) = start(ToyData(key=key, refuses="two", undo_fails="one"))
        with all_companies("test"):
            SagaInstance.objects.filter(pk=saga_id).update(name="toy with an end")
        drive(broker)
        assert (saga(saga_id).state, saga(saga_id).step) == (SagaState.PARKED, "one")
        return saga_id

    def test_skipping_the_last_undoing_ends_the_saga_with_its_effects(
        self, broker: TestBroker, ended: list[UUID]
    ) -> None:
        saga_id = self.parked(broker, "a")
        services.saga_skip(saga_id, operator="nadia", reason="it is gone")
        assert (saga(saga_id).state, ended) == (SagaState.COMPENSATED, [saga_id])

    def test_an_end_that_fails_leaves_the_saga_as_it_was(self, broker: TestBroker, ended: list[UUID]) -> None:
        saga_id = self.parked(broker, "bad")
        with pytest.raises(services.SagaNotParkedError, match="end of the saga"):
            services.saga_mark_done(saga_id, operator="nadia", reason="it is gone")
        assert (saga(saga_id).state, ended) == (SagaState.PARKED, [])


def test_batches_that_touch_the_same_companies_do_not_wait_for_each_other(committed_db: None) -> None:
    """Each takes the lock of its first company before either goes on to its second."""
    both_have_one = threading.Barrier(2)

    @participates("toy.lock", command=Touch)
    def lock(calls: Sequence[Call[Touch]]) -> list[Outcome]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [calls[0].company_id.int])
        with suppress(threading.BrokenBarrierError):
            both_have_one.wait(0.5)
        return [Outcome.done() for _ in calls]

    def batch(first: UUID, second: UUID) -> list[CommandMessage]:
        ids = sorted([uuid4(), uuid4()])
        return [
            command(saga_id, "lock", 1, "k", company)
            for saga_id, company in zip(ids, (first, second), strict=True)
        ]

    works = [
        lambda: execute(participants["toy.lock"], batch(COMPANY, OTHER_COMPANY)),
        lambda: execute(participants["toy.lock"], batch(OTHER_COMPANY, COMPANY)),
    ]
    answers = [answer.status for done in run_all(works) for answer in done]
    assert answers == [Status.DONE] * 4


def test_only_so_many_sagas_wait_for_answers_at_once(
    broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IN_FLIGHT", 3)
    start(*(ToyData(key=f"crowd{number}") for number in range(10)))
    assert [engine.orchestrate(), engine.orchestrate()] == [3, 0]
    with all_companies("test"):
        assert store.awaiting_count() == 3
    drive(broker)
    with all_companies("test"):
        assert SagaInstance.objects.filter(state=SagaState.COMPLETED).count() == 10


def test_a_backlog_does_not_hold_up_what_has_begun(
    broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IN_FLIGHT", 1)
    (begun,) = start(ToyData(key="begun"))
    assert engine.orchestrate() == 1
    broker.flush()
    start(*(ToyData(key=f"behind{number}") for number in range(5)))
    time_passes()
    assert engine.orchestrate() == 1
    assert saga(begun).attempts == 2
