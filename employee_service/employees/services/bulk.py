"""Hiring many at once. A job's rows are stored by the request; the sagas are started in chunks afterwards.

A row is started in the transaction that notes that it was, and the saga's id follows from job, row and
attempt: killed anywhere and run again, nothing starts twice.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from common.contracts.base import from_wire, to_wire
from common.errors import DomainError
from common.sagas.models import SagaState
from common.sagas.services import Start, saga_start_many
from common.sagas.store import database_now
from common.security.tenancy import all_companies
from employee_service.employees.exceptions import DuplicateRowError, NothingToRetryError
from employee_service.employees.models import BulkHire, BulkHireRow
from employee_service.employees.selectors.bulk import progress_of, sagas_not_begun, with_progress
from employee_service.employees.services.pay import pay_carry_over, pay_set_aside
from employee_service.sagas.create_employee import CREATE_EMPLOYEE_SAGA, CreateEmployeeData

CHUNK = 300
"""Rows that are started in one transaction."""
ROOM = 600
"""Sagas that may wait for their first command. With more, some would reach their deadline in the queue, and a
single hire would wait behind all of them."""
SOON = timedelta(seconds=0.5)
"""Less than beat's second, or every other run would come just too early."""
LATER = timedelta(minutes=1)
LOOKS = 10
"""Jobs with nothing to start that one run looks at: those after them wait a second, and so does no hire."""


class Candidate(NamedTuple):
    """A row of the request: the person to hire, or why not."""

    number: int
    email: str
    data: CreateEmployeeData | None = None
    refusal: DomainError | None = None


def duplicates_refused(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, less the persons who share an address, number or account with one further up."""
    first: dict[tuple[str, str], int] = {}
    return [_unless_taken(candidate, first) for candidate in candidates]


def _unless_taken(candidate: Candidate, first: dict[tuple[str, str], int]) -> Candidate:
    if candidate.data is None:
        return candidate
    claims = _claims(candidate.data).items()
    clashes = {name: first[name, value] for name, value in claims if (name, value) in first}
    if not clashes:
        first.update(((name, value), candidate.number) for name, value in claims)
        return candidate
    sentences = {name: [_("Row %(row)d has the same.") % {"row": row}] for name, row in clashes.items()}
    refusal = DuplicateRowError(details={**sentences, "row": min(clashes.values())})
    return candidate._replace(data=None, refusal=refusal)


def _claims(data: CreateEmployeeData) -> Mapping[str, str]:
    """What only one row can have, by the request's names."""
    claims = {"email": data.employee.email}
    if data.employee.number:
        claims["employee_id"] = data.employee.number
    if data.existing_user_id:
        claims["user_id"] = str(data.existing_user_id)
    return claims


def bulk_hire_create(
    candidates: Sequence[Candidate], *, company_id: UUID, actor_id: UUID, on_error: str
) -> BulkHire:
    """Store a job and its rows, in the caller's transaction; they are started by :func:`bulk_hires_advance`."""
    refused = sum(candidate.refusal is not None for candidate in candidates)
    stopped = bool(refused) and on_error == BulkHire.OnError.STOP
    over, now = stopped or refused == len(candidates), timezone.now()
    if not over:
        candidates = _pay_set_aside(candidates)
    job = BulkHire.objects.create(
        company_id=company_id,
        actor_id=actor_id,
        on_error=on_error,
        total=len(candidates),
        refused=refused,
        stopped=stopped,
        created_at=now,
        due_at=None if over else now,
        finished_at=now if over else None,
    )
    BulkHireRow.objects.bulk_create(_row(job, candidate) for candidate in candidates)
    return job


def _pay_set_aside(candidates: Sequence[Candidate]) -> list[Candidate]:
    kept = iter(pay_set_aside([candidate.data for candidate in candidates if candidate.data is not None]))
    return [one if one.data is None else one._replace(data=next(kept)) for one in candidates]


def _row(job: BulkHire, candidate: Candidate) -> BulkHireRow:
    row = BulkHireRow(
        company_id=job.company_id, job=job, number=candidate.number, email=candidate.email[:254]
    )
    if candidate.refusal is not None:
        row.error_code, row.error_details = candidate.refusal.code, candidate.refusal.details
    elif candidate.data is not None and not job.stopped:
        _to_be_started(row, candidate.data)
    return row


def _to_be_started(row: BulkHireRow, data: CreateEmployeeData) -> None:
    row.saga_id = uuid5(row.job_id, f"{row.number}/{row.attempt}")
    row.employee_id = data.employee.employee_id
    row.data = to_wire(data)


def bulk_hires_advance() -> int:
    """Start waiting rows as far as there is room, and close jobs that have ended; returns how many were started.

    Jobs take turns, a chunk each. May be killed anywhere, and run by several at once.
    """
    total = looks = 0
    # On a busy machine, looking at all takes longer than SOON: without an end, the first would be due again.
    while looks < LOOKS and (started := _advance_one()) is not None:
        total += started
        looks += not started
    return total


def _advance_one() -> int | None:
    """Take up the job that is due for longest; None when none is."""
    with all_companies("bulk hires"):
        now = database_now()
        due = BulkHire.objects.filter(due_at__lte=now).order_by("due_at")
        job = due.select_for_update(skip_locked=True).first()
        if job is None:
            return None
        started = _advance(job, now)
        job.save(update_fields=["due_at", "finished_at", "completed", "compensated"])
        return started


def _advance(job: BulkHire, now: datetime) -> int:
    room = ROOM - sagas_not_begun()
    waiting = job.rows.filter(data__isnull=False).order_by("number")
    rows = list(waiting[: max(1, min(room, CHUNK))])
    if not rows:
        _look(job, now)
        return 0
    if room <= 0:
        job.due_at = now + SOON
        return 0
    saga_start_many(
        CREATE_EMPLOYEE_SAGA,
        [Start(_saga_id(row), row.company_id, from_wire(CreateEmployeeData, row.data)) for row in rows],
        actor_id=job.actor_id,
    )
    BulkHireRow.objects.filter(id__in=[row.id for row in rows]).update(data=None)
    job.due_at = now
    return len(rows)


def _saga_id(row: BulkHireRow) -> UUID:
    if row.saga_id is None:
        raise ValueError(f"The row {row} is not to be started.")
    return row.saga_id


def _look(job: BulkHire, now: datetime) -> None:
    """Close the job if all its rows have ended, or say when to look again."""
    progress = progress_of(with_progress(BulkHire.objects.filter(id=job.id)).get())
    if progress.running:
        job.due_at = now + SOON
    elif progress.parked:
        job.due_at = now + LATER
    else:
        job.completed, job.compensated = progress.completed, progress.compensated
        job.due_at, job.finished_at = None, now


def bulk_hire_retry(job_id: UUID) -> int:
    """Let the rows that were undone start again, each as a new person; returns how many.

    Raises NothingToRetryError when no row was undone, or all of them start again already.
    """
    # The lock makes two who retry at once take turns: the second finds nothing to retry.
    job = BulkHire.objects.select_for_update().get(id=job_id)
    rows = list(job.rows.filter(saga__state=SagaState.COMPENSATED).select_related("saga"))
    if not rows:
        raise NothingToRetryError
    new_ids: dict[UUID, UUID] = {}
    for row in rows:
        row.attempt += 1
        undone = from_wire(CreateEmployeeData, row.saga.data if row.saga else None)
        again = _as_new(undone)
        new_ids[undone.employee.employee_id] = again.employee.employee_id
        _to_be_started(row, again)
    pay_carry_over(new_ids)
    BulkHireRow.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["attempt", "saga_id", "employee_id", "data"],
    )
    job.due_at, job.finished_at = database_now(), None
    job.save(update_fields=["due_at", "finished_at"])
    return len(rows)


def _as_new(data: CreateEmployeeData) -> CreateEmployeeData:
    """The same person under new ids: the old ones belong to what was undone."""
    employee = msgspec.structs.replace(
        data.employee, employee_id=uuid4(), user_id=data.existing_user_id or uuid4()
    )
    return msgspec.structs.replace(data, employee=employee)
