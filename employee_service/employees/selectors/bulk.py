"""Bulk hires as the people of the company see them: how far each is, and what became of each row."""

from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    JSONField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import JSONObject

from common.errors import NotFoundError
from common.sagas.models import LIVE, SagaInstance
from common.security.principal import Principal
from employee_service.employees.models import BulkHire, BulkHireRow

Status = BulkHireRow.Status
MOVING = (Status.WAITING, Status.RUNNING, Status.COMPLETED, Status.COMPENSATED, Status.PARKED)


class Progress(NamedTuple):
    """How many of a job's rows are where; those refused at once and those never started are not among them."""

    waiting: int = 0
    running: int = 0
    completed: int = 0
    compensated: int = 0
    parked: int = 0


def status_of_row() -> Case:
    """A row's status, from the row and its saga."""
    return Case(
        When(~Q(error_code=""), then=Value(Status.REFUSED)),
        When(saga_id__isnull=True, then=Value(Status.NOT_STARTED)),
        When(saga__state__isnull=True, then=Value(Status.WAITING)),
        When(saga__state__in=LIVE, then=Value(Status.RUNNING)),
        default=F("saga__state"),
        output_field=CharField(),
    )


def with_progress(jobs: QuerySet[BulkHire]) -> QuerySet[Any]:
    """Jobs for :func:`progress_of`, read by the same query; only those under way have their rows counted."""
    rows = BulkHireRow.objects.filter(job=OuterRef("pk")).order_by().annotate(status=status_of_row())
    counts = {str(status): Count("pk", filter=Q(status=status)) for status in MOVING}
    counted = rows.values("job").annotate(counts=JSONObject(**counts)).values("counts")
    nothing = Value(None, output_field=JSONField())
    return jobs.annotate(
        moving=Case(When(finished_at__isnull=False, then=nothing), default=Subquery(counted))
    )


def progress_of(job: Any) -> Progress:
    """How far a job of :func:`with_progress` is."""
    if job.finished_at is not None:
        return Progress(completed=job.completed, compensated=job.compensated)
    return Progress(**job.moving)


def state_of(job: BulkHire, progress: Progress) -> BulkHire.State:
    """The job's state, which follows from its rows."""
    if job.finished_at is not None:
        return BulkHire.State.STOPPED if job.stopped else BulkHire.State.FINISHED
    if progress.waiting:
        return BulkHire.State.STARTING
    return BulkHire.State.PARKED if progress.parked and not progress.running else BulkHire.State.RUNNING


def bulk_hires_visible_to(person: Principal) -> QuerySet[BulkHire]:
    """The jobs of the person's company; of every company for a super administrator."""
    if person.all_companies:
        return BulkHire.objects.all()
    return BulkHire.objects.filter(company_id=person.company_id or UUID(int=0))


def bulk_hire_get(person: Principal, job_id: UUID) -> Any:
    """A job with its progress, if the person may see it; else raises NotFoundError."""
    job = with_progress(bulk_hires_visible_to(person)).filter(id=job_id).first()
    if job is None:
        raise NotFoundError
    return job


def bulk_hire_rows(job: BulkHire, status: str | None = None) -> QuerySet[Any]:
    """The job's rows, or those of one status, with their ``status`` and their sagas (without what pay is in)."""
    rows: QuerySet[Any] = BulkHireRow.objects.filter(job=job).annotate(status=status_of_row())
    if status is not None:
        rows = rows.filter(status=status)
    return rows.select_related("saga").defer("data", "saga__data", "saga__results")


def sagas_not_begun() -> int:
    """How many live sagas no command was sent of yet; every company's, in a scope that sees them."""
    return SagaInstance.objects.filter(state__in=LIVE, fence=0).count()
