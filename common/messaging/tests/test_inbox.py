"""Applying events: effects once, in order, whatever the broker does."""

import random
from uuid import UUID, uuid4

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.messaging.consumers import Registry
from common.messaging.envelopes import Batch, Envelope, FeedPage
from common.messaging.inbox import MAX_ATTEMPTS, Outcome, apply, start_epoch
from common.messaging.models import Cursor, ParkedEvent, Subscriber
from common.messaging.parking import parked_retry, parked_skip
from common.messaging.tests.events import EPOCH, batch, effects, envelope, recording_registry
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, STATEMENT, Boundaries, enumerated
from common.testing.threads import run_all

pytestmark = pytest.mark.usefixtures("committed_db")


def cursor() -> int:
    return Cursor.objects.get(producer="company").position


def parked() -> list[tuple[int, str]]:
    with all_companies("test"):
        return list(ParkedEvent.objects.order_by("position").values_list("position", "state"))


def test_a_batch_that_continues_the_cursor_is_applied_in_order() -> None:
    assert apply(batch(0, envelope(1), envelope(2)), recording_registry()) is Outcome.APPLIED
    assert (effects(), cursor()) == ([1, 2], 2)


def test_a_repeated_or_overlapping_batch_has_no_second_effect() -> None:
    registry = recording_registry()
    apply(batch(0, envelope(1), envelope(2)), registry)
    assert apply(batch(0, envelope(1), envelope(2)), registry) is Outcome.APPLIED
    assert apply(batch(1, envelope(2), envelope(3)), registry) is Outcome.APPLIED
    assert (effects(), cursor()) == ([1, 2, 3], 3)


def test_a_batch_after_a_gap_is_not_applied() -> None:
    assert apply(batch(3, envelope(4)), recording_registry()) is Outcome.GAP
    assert (effects(), cursor()) == ([], 0)


def test_positions_without_events_of_interest_move_the_cursor() -> None:
    apply(batch(0, upto=9), recording_registry())
    assert cursor() == 9


def test_a_batch_of_another_epoch_is_not_applied() -> None:
    registry = recording_registry()
    apply(batch(0, envelope(1)), registry)
    restored = batch(0, envelope(1), envelope(2, id=uuid4()), epoch=uuid4())
    assert apply(restored, registry) is Outcome.NEW_EPOCH
    assert (effects(), cursor()) == ([1], 1)


def test_a_batch_applied_by_two_workers_at_once_has_one_effect() -> None:
    registry = recording_registry()
    message = batch(0, *(envelope(n) for n in range(1, 30)))
    outcomes = run_all([lambda: apply(message, registry)] * 4)
    assert set(outcomes) == {Outcome.APPLIED}
    assert (effects(), cursor()) == (list(range(1, 30)), 29)


def test_a_poison_event_is_parked_after_a_few_attempts_and_the_others_go_on() -> None:
    bad, good = uuid4(), uuid4()
    message = batch(
        0,
        envelope(1, aggregate=good),
        envelope(2, aggregate=bad, name="poison"),
        envelope(3, aggregate=good),
        envelope(4, aggregate=bad),
    )
    registry = recording_registry(broken=["poison"])
    tries = 1
    while apply(message, registry) is Outcome.RETRY:
        tries += 1
        assert tries <= MAX_ATTEMPTS + 1
    assert (effects(), cursor()) == ([1, 3], 4)
    assert parked() == [(2, "parked"), (4, "parked")]


def test_later_events_of_a_parked_aggregate_queue_behind_it_and_a_retry_applies_them_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad = uuid4()
    broken = recording_registry(broken=["poison"])
    while apply(batch(0, envelope(1, aggregate=bad, name="poison")), broken) is Outcome.RETRY:
        pass
    apply(batch(1, envelope(2, aggregate=bad), envelope(3)), broken)
    assert (effects(), parked()) == ([3], [(1, "parked"), (2, "parked")])
    monkeypatch.setattr("common.messaging.parking.registry", recording_registry())
    with all_companies("test"):
        first = ParkedEvent.objects.get(position=1)
    assert parked_retry(first, operator="nadia") == 2
    assert (effects(), parked()) == ([1, 2, 3], [(1, "applied"), (2, "applied")])


def test_a_skipped_event_is_never_applied() -> None:
    registry = recording_registry(broken=["poison"])
    while apply(batch(0, envelope(1, name="poison")), registry) is Outcome.RETRY:
        pass
    with all_companies("test"):
        event = ParkedEvent.objects.get()
    parked_skip(event, operator="nadia")
    assert (effects(), parked()) == ([], [(1, "skipped")])


def test_a_worker_that_is_overtaken_by_a_new_epoch_applies_nothing_more_of_the_old_one() -> None:
    page = FeedPage(producer="company", epoch=uuid4(), after=0, upto=0, head=0, first=1, events=[])

    def overtake(_boundary: str) -> None:
        run_all([lambda: start_epoch(page)])

    # The attempt is counted, the batch as a whole fails, the first event is tried and applied: three commits.
    with enumerated(Boundaries(stop=overtake, kinds=frozenset({COMMIT}), armed="after commit in main#3")):
        old = batch(0, envelope(1), envelope(2), envelope(3, name="poison"))
        assert apply(old, recording_registry(broken=["poison"])) is Outcome.NEW_EPOCH
    assert (effects(), cursor()) == ([1], 0)
    assert Cursor.objects.get(producer="company").epoch == page.epoch


class Killed(BaseException):
    """Stands for kill -9."""


def cut(_name: str) -> None:
    connection.close()
    raise Killed


def test_an_event_that_kills_the_process_costs_a_bounded_number_of_deaths() -> None:
    def deadly(event: object, meta: object) -> None:
        if getattr(meta, "position", 0) == 2:
            cut("")
        Subscriber.objects.create(name=f"effect {getattr(meta, 'position', 0)}", types=[])

    registry = Registry(singles={"company.updated": [deadly]})
    message = batch(0, envelope(1), envelope(2), envelope(3))
    deaths = 0
    while True:
        try:
            if apply(message, registry) is Outcome.APPLIED:
                break
        except Killed:
            deaths += 1
            assert deaths <= MAX_ATTEMPTS + 1
    assert deaths == MAX_ATTEMPTS + 1
    assert (effects(), parked()) == ([1, 3], [(2, "parked")])


KINDS = frozenset({STATEMENT, COMMIT})


def test_a_consumer_killed_at_any_boundary_applies_everything_once_afterwards() -> None:
    registry = recording_registry()
    apply(batch(0), registry)  # the cursor's row exists, so every run crosses the same boundaries
    counted = Boundaries(stop=cut, kinds=KINDS)
    with enumerated(counted):
        apply(batch(0, envelope(1), envelope(2)), registry)
    assert len(counted.crossed) > 10
    position = 2
    for name in counted.crossed:
        message = batch(position, envelope(position + 1), envelope(position + 2))
        with enumerated(Boundaries(stop=cut, kinds=KINDS, armed=name)) as armed:
            with pytest.raises(Killed):
                apply(message, registry)
            assert armed.crossed[-1] == name
        assert apply(message, registry) is Outcome.APPLIED, name
        position += 2
        assert cursor() == position, name
        assert effects() == list(range(1, position + 1)), name
    assert parked() == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), length=st.integers(1, 12))
def test_any_mixture_of_lost_repeated_and_reordered_messages_ends_at_the_log(seed: int, length: int) -> None:
    rng = random.Random(seed)
    producer = f"company-{seed}-{length}"
    log = [envelope(n, aggregate=UUID(int=n % 3 + 1)) for n in range(1, length + 1)]
    applied: list[int] = []

    def record(event: object, meta: object) -> None:
        applied.append(getattr(meta, "position", 0))

    registry = Registry(singles={"company.updated": [record]})

    def cutting(after: int, upto: int) -> Batch:
        return Batch(
            producer=producer, epoch=EPOCH, after=after, upto=upto, events=_between(log, after, upto)
        )

    before = 0
    for _ in range(length * 2):
        after = rng.randint(0, length)
        apply(cutting(after, rng.randint(after, length)), registry)
        now = Cursor.objects.get(producer=producer).position
        assert now >= before
        before = now
        assert applied == list(range(1, now + 1))
    apply(cutting(before, length), registry)
    assert applied == list(range(1, length + 1))


def _between(log: list[Envelope], after: int, upto: int) -> list[Envelope]:
    return [item for item in log if after < item.position <= upto]
