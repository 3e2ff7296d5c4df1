"""What Prometheus is told of events and sagas is what is in the tables."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from common.messaging.metrics import flow_metrics
from common.messaging.models import Cursor, EventRecord, ParkedEvent, Subscriber
from common.sagas.models import SagaInstance, SagaState
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db


def _told() -> dict[str, float]:
    return {
        ".".join([sample.name, *sample.labels.values()]): sample.value
        for family in flow_metrics()
        for sample in family.samples
    }


def test_a_quiet_system_has_nothing_that_waits() -> None:
    told = _told()
    assert [told[f"hrms_{name}"] for name in ("parked_events", "parked_sagas", "overdue_sagas")] == [0, 0, 0]
    assert told["hrms_events_waiting_seconds"] == 0


def test_what_stands_still_is_counted_for_all_companies() -> None:
    now = timezone.now()
    with all_companies("a test"):
        EventRecord.objects.create(
            type="a.b", aggregate_id=uuid4(), payload={}, occurred_at=now - timedelta(hours=1)
        )
        ParkedEvent.objects.create(
            producer="auth", position=1, event_id=uuid4(), type="a.b", aggregate_id=uuid4(),
            company_id=uuid4(), envelope={}, error="no", attempts=9,
        )  # fmt: skip
        for state, hours in ((SagaState.PARKED, 1), (SagaState.RUNNING, -1), (SagaState.RUNNING, 1)):
            SagaInstance.objects.create(
                name="hire", version="1", company_id=uuid4(), data={}, state=state, step="one",
                deadline_at=now + timedelta(hours=hours),
            )  # fmt: skip
        Subscriber.objects.create(name="auth", types=[], last_pull_at=now - timedelta(hours=1))
        Cursor.objects.update_or_create(producer="auth", defaults={"position": 3, "head": 10})
    told = _told()
    assert [told[f"hrms_{name}"] for name in ("parked_events", "parked_sagas", "overdue_sagas")] == [1, 1, 1]
    assert told["hrms_events_waiting_seconds"] >= 3600
    assert told["hrms_reader_silent_seconds.auth"] >= 3600
    assert told["hrms_events_behind.auth"] == 7
