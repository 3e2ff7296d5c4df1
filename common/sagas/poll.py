"""The relay's part: start the orchestrator when a saga's time has come."""

from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from common.messaging.backlog import has_waiting
from common.sagas.models import LIVE, SagaInstance
from common.security.tenancy import all_companies

BACKLOG = 1_000
"""Messages that may wait before the bell is held back; far more than a worker that keeps up ever has."""


def ring_orchestrator() -> bool:
    """Send the orchestrator task if any saga is due; returns whether it was sent.

    It is not while the worker is far behind: a bell at the end of a long queue would come too late anyway.

    Raises what the broker's client raises when the broker is down.
    """
    with all_companies("saga poll"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM sagas WHERE state IN ('running', 'compensating')"
            " AND wake_at <= clock_timestamp())"
        )
        due = bool(cursor.fetchone()[0])
    queue = f"{settings.SERVICE.name}.saga"
    if not due or has_waiting(queue, BACKLOG):
        return False
    current_app.send_task("sagas.orchestrate", queue=queue, ignore_result=True)
    return True


def expedite_waiting() -> int:
    """Make every saga that waits for an answer due now: the broker has lost the commands."""
    with all_companies("saga poll"):
        return SagaInstance.objects.filter(state__in=LIVE, awaiting=True).update(wake_at=Now())
