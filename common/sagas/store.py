"""Reads and writes many sagas at once: a batch of 500 costs a handful of statements."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from common.sagas.machine import Dispatch
from common.sagas.models import LIVE, SagaInstance
from common.sagas.outcomes import Answer, Status

_CHANGING: dict[str, str] = {
    "state": "text",
    "step": "text",
    "results": "jsonb",
    "awaiting": "boolean",
    "attempts": "int",
    "fence": "bigint",
    "lease_owner": "uuid",
    "lease_until": "timestamptz",
    "wake_at": "timestamptz",
    "deadline_at": "timestamptz",
    "parked_from": "text",
    "park_reason": "text",
    "error_code": "text",
    "error_message": "text",
    "error_status": "int",
    "error_details": "jsonb",
    "finished_at": "timestamptz",
}
_SAVE = (
    "UPDATE sagas SET "
    + ", ".join(f"{column} = x.{column}" for column in _CHANGING)
    + " FROM jsonb_to_recordset(%s::jsonb) AS x(id uuid, "
    + ", ".join(f"{column} {kind}" for column, kind in _CHANGING.items())
    + ") WHERE sagas.id = x.id"
)
_ANSWERED = {Status.DONE: "done", Status.REFUSED: "refused", Status.FAILED: "failed", Status.STALE: "failed"}


def database_now() -> datetime:
    """The database's clock, the only one that leases and deadlines go by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def lock_due(limit: int, *, begun: bool) -> list[SagaInstance]:
    """Up to ``limit`` live sagas whose time has come and that nobody else has locked, longest waiting first.

    Either those of which a command was ever sent, or the others.
    """
    due = SagaInstance.objects.filter(state__in=LIVE, wake_at__lte=database_now()).order_by("wake_at")
    due = due.filter(fence__gt=0) if begun else due.filter(fence=0)
    return list(due.select_for_update(skip_locked=True)[:limit])


def lock(ids: Iterable[UUID]) -> dict[UUID, SagaInstance]:
    """These sagas, locked in the order of their ids."""
    found = SagaInstance.objects.filter(id__in=list(ids)).order_by("id").select_for_update()
    return {instance.id: instance for instance in found}


def awaiting_count() -> int:
    """How many live sagas wait for an answer."""
    return SagaInstance.objects.filter(state__in=LIVE, awaiting=True).count()


def save(instances: Sequence[SagaInstance]) -> None:
    """Write back what the machine may have changed."""
    if not instances:
        return
    rows = [{"id": i.id, **{column: getattr(i, column) for column in _CHANGING}} for i in instances]
    with connection.cursor() as cursor:
        cursor.execute(_SAVE, [msgspec.json.encode(rows).decode()])


def note_sent(dispatches: Sequence[Dispatch]) -> None:
    """Add a line of history for each command."""
    with connection.cursor() as cursor:
        # Not through the ORM, which builds such a statement value by value: most of what an engine's batch cost.
        cursor.execute(
            "INSERT INTO saga_steps"
            " (saga_id, company_id, name, direction, attempt, fence, status, error, note)"
            " SELECT saga, company, name, direction, attempt, fence, 'sent', '{}', ''"
            " FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::int[], %s::bigint[])"
            " WITH ORDINALITY AS x(saga, company, name, direction, attempt, fence, n) ORDER BY n",
            [
                [item.message.saga_id for item in dispatches],
                [item.message.company_id for item in dispatches],
                [item.message.step for item in dispatches],
                [str(item.direction) for item in dispatches],
                [item.attempt for item in dispatches],
                [item.message.fence for item in dispatches],
            ],
        )


def note_answers(answers: Sequence[Answer]) -> None:
    """Complete the lines of history that the answers belong to."""
    if not answers:
        return
    rows = [
        {"saga": a.saga_id, "fence": a.fence, "status": _ANSWERED[a.status], "error": a.error}
        for a in answers
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE saga_steps SET status = x.status, error = x.error, finished_at = clock_timestamp()"
            " FROM jsonb_to_recordset(%s::jsonb) AS x(saga uuid, fence bigint, status text, error jsonb)"
            " WHERE saga_steps.saga_id = x.saga AND saga_steps.fence = x.fence AND saga_steps.status = 'sent'",
            [msgspec.json.encode(rows).decode()],
        )
