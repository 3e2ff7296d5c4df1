"""Addresses of bulk hires: many people in one request, and what became of each."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.serializers import UNKNOWN
from common.api.views import ServiceAPIView
from common.errors import ValidationError
from common.security.principal import Principal
from employee_service.employees.api.answers import Refusal
from employee_service.employees.api.bulk_shapes import (
    BulkHireDryRun,
    BulkHireList,
    BulkHireQuery,
    BulkHireRequest,
    BulkHireRetryRequest,
    BulkHireRowList,
    BulkHireRowsQuery,
    CheckedRow,
    OneBulkHire,
    dry_run_json,
    job_json,
    row_json,
)
from employee_service.employees.api.hiring import company_to_hire_into, hire_data
from employee_service.employees.selectors.bulk import (
    bulk_hire_get,
    bulk_hire_rows,
    bulk_hires_visible_to,
    with_progress,
)
from employee_service.employees.services.bulk import (
    Candidate,
    bulk_hire_create,
    bulk_hire_retry,
    duplicates_refused,
)

LARGEST_BODY = 8 * 1_048_576


class BulkHiresView(ServiceAPIView):
    """Hiring up to 5,000 people by one request."""

    idempotent = True
    max_body_bytes = LARGEST_BODY
    required_permissions = {"GET": "employees:create", "POST": "employees:create"}
    query_serializers = {"GET": ListQuery, "POST": BulkHireQuery}
    body_serializers = {"POST": BulkHireRequest}
    answer_serializers = {"GET": BulkHireList, "POST": {200: BulkHireDryRun, 202: OneBulkHire, 409: Refusal}}
    answer_headers = {"POST": {202: ("Location",)}}

    def get(self, request: Request) -> Response:
        """List bulk hires, the newest first."""
        # Not written by the database: a job's state follows from several counts.
        jobs = with_progress(bulk_hires_visible_to(self.person))
        return paginate(jobs, self.query(), key="jobs", row=job_json)

    def post(self, request: Request) -> Response:
        """Begin to hire many people: 202 with the job, whose address is in Location.

        Rows that are wrong by themselves, or repeat another row, are refused at once; the others are hired
        like single ones, and the job's rows tell how each fares. ``dry_run=true`` answers 200 with what is
        wrong and stores nothing. ``Idempotency-Key`` makes a repeat safe.
        """
        query, body = self.query(), self.body()
        company_id, candidates = _candidates(body["employees"], self.person)
        if query["dry_run"]:
            return Response(dry_run_json(candidates))
        job = bulk_hire_create(
            candidates, company_id=company_id, actor_id=self.person.id, on_error=body["on_error"]
        )
        return _accepted(self.person, job.id)


class BulkHireView(ServiceAPIView):
    """One bulk hire."""

    required_permissions = {"GET": "employees:create"}
    answer_serializers = {"GET": OneBulkHire}

    def get(self, request: Request, job_id: UUID) -> Response:
        """How far it is."""
        return Response({"success": True, "job": job_json(bulk_hire_get(self.person, job_id))})


class BulkHireRowsView(ServiceAPIView):
    """The rows of one bulk hire."""

    required_permissions = {"GET": "employees:create"}
    query_serializers = {"GET": BulkHireRowsQuery}
    answer_serializers = {"GET": BulkHireRowList}

    def get(self, request: Request, job_id: UUID) -> Response:
        """What became of each row, in the order of the request."""
        query = self.query()
        rows = bulk_hire_rows(bulk_hire_get(self.person, job_id), query.get("status"))
        # Not written by the database: errors are told in the reader's language.
        return paginate(rows, query, key="rows", row=row_json, ordering=("number",))


class BulkHireRetryView(ServiceAPIView):
    """Another try for what failed."""

    idempotent = True
    required_permissions = {"POST": "employees:create"}
    body_serializers = {"POST": BulkHireRetryRequest}
    answer_serializers = {"POST": {202: OneBulkHire, 409: Refusal}}
    answer_headers = {"POST": {202: ("Location",)}}

    def post(self, request: Request, job_id: UUID) -> Response:
        """Start the rows again whose hires were undone; what was refused at once needs a new request."""
        self.body()
        bulk_hire_retry(bulk_hire_get(self.person, job_id).id)
        return _accepted(self.person, job_id)


def _candidates(rows: Sequence[CheckedRow], person: Principal) -> tuple[UUID, list[Candidate]]:
    """The company to hire into, and the rows as the service takes them."""
    named = (_company_named(row.given) for row in rows) if person.all_companies else ()
    company_id = company_to_hire_into(next(filter(None, named), None), person)
    numbered = enumerate(rows, start=1)
    return company_id, duplicates_refused([_candidate(n, row, company_id) for n, row in numbered])


def _company_named(given: Any) -> UUID | None:
    named = given.get("company_id") if isinstance(given, Mapping) else None
    try:
        return UUID(named) if isinstance(named, str) else None
    except ValueError:
        return None


def _candidate(number: int, row: CheckedRow, company_id: UUID) -> Candidate:
    if row.values is None:
        email = row.given.get("email") if isinstance(row.given, Mapping) else None
        given = email if isinstance(email, str) else ""
        return Candidate(number, given, refusal=ValidationError(details=dict(row.errors)))
    if row.values.get("company_id", company_id) != company_id:
        refusal = ValidationError(details={"company_id": [str(UNKNOWN)]})
        return Candidate(number, row.values["email"], refusal=refusal)
    return Candidate(number, row.values["email"], hire_data(row.values, company_id))


def _accepted(person: Principal, job_id: UUID) -> Response:
    job = job_json(bulk_hire_get(person, job_id))
    address = reverse("bulk_hire", args=[job_id])
    return Response({"success": True, "job": job}, status=202, headers={"Location": address})
