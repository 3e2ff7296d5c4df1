"""A saga of three steps whose effects are rows, and whose steps fail as its data says."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from common.contracts.base import Command
from common.errors import ConflictError
from common.messaging.models import Subscriber
from common.sagas import engine, store
from common.sagas.definition import SagaDefinition, Step
from common.sagas.models import LIVE, SagaEffect, SagaInstance, SagaStep
from common.sagas.outcomes import Call, Outcome
from common.sagas.participant import compensates, participates
from common.sagas.registry import Finished, register
from common.sagas.services import Start, saga_start_many
from common.security.tenancy import all_companies
from common.testing.sagas import TestBroker

COMPANY = UUID(int=1)
OTHER_COMPANY = UUID(int=2)
STEPS = ("one", "two", "three")
BY_ENGINE = ("sent", "done", "refused", "failed")
BY_HAND = ("skipped", "marked")
"""Steps whose effects nobody can know: an operator said that they need not be there, or took care of them."""


class ToyData(msgspec.Struct, frozen=True, kw_only=True):
    """What the saga carries: which step refuses, and which one has trouble how often."""

    key: str
    refuses: str = ""
    fails: str = ""
    undo_fails: str = ""


class Touch(Command):
    """Leave one row."""

    key: str
    refuse: bool = False
    fail: bool = False
    undo_fails: bool = False


class TouchedError(ConflictError):
    """The toy's rule of business."""

    code = "TOUCHED"


def _command(step: str) -> Any:
    def make(data: ToyData, _results: Any) -> Touch:
        return Touch(
            key=f"{step}:{data.key}",
            refuse=data.refuses == step,
            fail=data.fails == step,
            undo_fails=data.undo_fails == step,
        )

    return make


TOY = SagaDefinition(
    name="toy",
    version="1",
    data=ToyData,
    steps=tuple(
        Step(
            name=step,
            participant="employee",
            action=f"toy.{step}",
            compensation=f"toy.undo_{step}",
            command=_command(step),
        )
        for step in STEPS
    ),
)
handled: list[tuple[str, int]] = []
"""(task, number of calls) of every call of a handler."""


def _make(step: str) -> None:
    @participates(f"toy.{step}", command=Touch)
    def touch(calls: Sequence[Call[Touch]]) -> list[Outcome]:
        handled.append((f"toy.{step}", len(calls)))
        if any(call.command.fail for call in calls):
            raise OSError("trouble")
        done = [call for call in calls if not call.command.refuse]
        Subscriber.objects.bulk_create([Subscriber(name=call.command.key, types=[]) for call in done])
        return [
            Outcome.refused(TouchedError(details={"step": step}))
            if call.command.refuse
            else Outcome.done({"key": call.command.key})
            for call in calls
        ]

    @compensates(f"toy.undo_{step}", of=f"toy.{step}", command=Touch)
    def untouch(calls: Sequence[Call[Touch]]) -> list[Outcome]:
        handled.append((f"toy.undo_{step}", len(calls)))
        for call in calls:
            if call.command.undo_fails:
                raise OSError("trouble")
            assert call.done == {"key": call.command.key}
            assert Subscriber.objects.filter(name=call.command.key).delete()[0] == 1
        return [Outcome.done() for _ in calls]


for _step in STEPS:
    _make(_step)


def _complete(finished: Sequence[Finished]) -> None:
    for item in finished:
        Subscriber.objects.create(name=f"end:{item.data.key}", types=[])


register(TOY, completed_many=_complete)


def start(*data: ToyData, company: UUID = COMPANY) -> list[UUID]:
    """Commit sagas with these data."""
    with all_companies("test"):
        return [
            instance.id
            for instance in saga_start_many(
                TOY, [Start(uuid4(), company, item) for item in data], actor_id=None
            )
        ]


def saga(saga_id: UUID) -> SagaInstance:
    """The saga as it stands."""
    with all_companies("test"):
        return SagaInstance.objects.get(pk=saga_id)


def effects(key: str) -> list[str]:
    """What is there of the saga's effects."""
    return sorted(Subscriber.objects.filter(name__endswith=f":{key}").values_list("name", flat=True))


def all_effects(key: str) -> list[str]:
    """What is there after the saga has completed."""
    return sorted([*(f"{step}:{key}" for step in STEPS), f"end:{key}"])


def time_passes() -> None:
    """Whatever waits for an answer or a retry has waited long enough."""
    with all_companies("test"):
        SagaInstance.objects.filter(state__in=LIVE).update(wake_at=store.database_now())


def lies_still() -> None:
    """Nothing is due until :func:`time_passes`."""
    with all_companies("test"):
        SagaInstance.objects.filter(state__in=LIVE).update(wake_at=store.database_now() + timedelta(days=1))


def drive(broker: TestBroker, rounds: int = 30) -> None:
    """Orchestrate and deliver until every saga has ended or waits for an operator."""
    for _ in range(rounds):
        engine.orchestrate()
        broker.deliver_all()
        with all_companies("test"):
            if not SagaInstance.objects.filter(state__in=LIVE).exists():
                return
        time_passes()
    raise AssertionError("Some saga does not end.")


def check_invariants() -> None:
    """Invariants 1, 2, 3, 5, 6 and 12 of every saga in the database, which has come to rest."""
    with all_companies("test"):
        left = set(Subscriber.objects.values_list("name", flat=True))
        steps, undone = defaultdict(list), defaultdict(list)
        for step in SagaStep.objects.order_by("id"):
            steps[step.saga_id].append(step)
        for saga_id, name in (
            SagaEffect.objects.filter(direction="undo").order_by("id").values_list("saga_id", "step")
        ):
            undone[saga_id].append(name)
        for instance in SagaInstance.objects.all():
            _check(instance, steps[instance.id], undone[instance.id], left)


def _check(instance: SagaInstance, steps: list[SagaStep], undone: list[str], left: set[str]) -> None:
    key = instance.data["key"]
    by_hand = {f"{step.name}:{key}" for step in steps if step.status in BY_HAND}
    there = {name for name in all_effects(key) if name in left} - by_hand
    assert instance.state not in LIVE
    if instance.state == "completed":
        assert there == set(all_effects(key)) - by_hand
    if instance.state == "compensated":
        assert there == set()
        assert undone == [name for name in reversed(STEPS) if name in undone]
    fences = [step.fence for step in steps if step.status in BY_ENGINE]
    assert fences == sorted(set(fences))
    assert all(fence <= instance.fence for fence in fences)
