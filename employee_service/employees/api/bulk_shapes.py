"""What bulk hires take and answer."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.query import ListQuery, StrictQuery
from common.api.serializers import StrictSerializer
from common.errors import DomainError, ValidationError
from common.sagas.wording import error_sentence
from employee_service.employees.api.requests import CreateEmployeeRequest
from employee_service.employees.exceptions import DuplicateRowError
from employee_service.employees.models import BulkHire, BulkHireRow
from employee_service.employees.selectors.bulk import progress_of, state_of
from employee_service.employees.services.bulk import Candidate

Json = dict[str, Any]
MOST_ROWS = 5_000
VALID = "valid"
_SENTENCES: Mapping[str, Any] = {
    error.code: error.default_message for error in (ValidationError, DuplicateRowError)
}


class CheckedRow(NamedTuple):
    """A row of a request: its values, or what is wrong with it by field."""

    given: Any
    values: Json | None
    errors: Any = None


class Rows(serializers.ListSerializer[Any]):
    """Many bodies, each judged for itself: one that is wrong does not make the request wrong."""

    child: serializers.BaseSerializer[Any]

    def to_internal_value(self, data: Any) -> list[CheckedRow]:
        """The rows in their order; raises ValidationError for what is no list, empty or too long."""
        if not isinstance(data, list):
            self._refuse("not_a_list", input_type=type(data).__name__)
        if not data:
            self._refuse("empty")
        if len(data) > MOST_ROWS:
            self._refuse("max_length", max_length=MOST_ROWS)
        return [self._checked(item) for item in data]

    def _checked(self, item: Any) -> CheckedRow:
        try:
            return CheckedRow(item, self.child.run_validation(item))
        except serializers.ValidationError as error:
            details = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
            return CheckedRow(item, None, details)

    def _refuse(self, key: str, **values: Any) -> NoReturn:
        raise serializers.ValidationError([self.error_messages[key].format(**values)], code=key)


class BulkHireRequest(StrictSerializer):
    """People to hire; ``stop_before_start`` hires nobody when a row is refused at once.

    All of them are hired into one company; a super administrator names it in the rows.
    """

    employees = Rows(child=CreateEmployeeRequest(), min_length=1, max_length=MOST_ROWS)
    on_error = serializers.ChoiceField(BulkHire.OnError.choices, default=BulkHire.OnError.CONTINUE)


class BulkHireRetryRequest(StrictSerializer):
    """Nothing: what is tried again stands in the job."""


class BulkHireQuery(StrictQuery):
    """What a bulk hire takes in its address."""

    dry_run = serializers.BooleanField(default=False, help_text=_("Only check the rows; nothing is stored."))


class BulkHireRowsQuery(ListQuery):
    """What the list of rows takes."""

    status = serializers.ChoiceField(BulkHireRow.Status.choices, required=False)


class BulkHireRowError(serializers.Serializer[Any]):
    """Why a row failed: by field for one that was refused at once."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(required=False)


class BulkHireCheckedRow(serializers.Serializer[Any]):
    """What a dry run says of a row."""

    row = serializers.IntegerField(help_text=_("Its place in the request, from 1 on."))
    email = serializers.CharField(required=False)
    status = serializers.ChoiceField([(VALID, VALID), ("refused", "refused")])
    error = BulkHireRowError(required=False)


class BulkHireRowAnswer(serializers.Serializer[Any]):
    """What became of a row; ``employee_id`` once the person is hired."""

    row = serializers.IntegerField(help_text=_("Its place in the request, from 1 on."))
    email = serializers.CharField(required=False)
    status = serializers.ChoiceField(BulkHireRow.Status.choices)
    attempt = serializers.IntegerField()
    saga_id = serializers.UUIDField(required=False)
    employee_id = serializers.UUIDField(required=False)
    error = BulkHireRowError(required=False)


class BulkHireCounts(serializers.Serializer[Any]):
    """How many rows are where."""

    total = serializers.IntegerField()
    refused = serializers.IntegerField()
    not_started = serializers.IntegerField()
    waiting = serializers.IntegerField()
    running = serializers.IntegerField()
    completed = serializers.IntegerField()
    compensated = serializers.IntegerField()
    parked = serializers.IntegerField()


class BulkHireAnswer(serializers.Serializer[Any]):
    """A bulk hire."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    state = serializers.ChoiceField(BulkHire.State.choices)
    on_error = serializers.ChoiceField(BulkHire.OnError.choices)
    counts = BulkHireCounts()
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(required=False)


class OneBulkHire(Answer):
    """A bulk hire."""

    job = BulkHireAnswer()


class BulkHireList(Answer):
    """Bulk hires."""

    jobs = BulkHireAnswer(many=True)
    pagination = Pagination()


class BulkHireRowList(Answer):
    """Rows of a bulk hire."""

    rows = BulkHireRowAnswer(many=True)
    pagination = Pagination()


class BulkHireDryRun(Answer):
    """What a bulk hire would begin with."""

    total = serializers.IntegerField()
    refused = serializers.IntegerField()
    rows = BulkHireCheckedRow(many=True)


def dry_run_json(candidates: Sequence[Candidate]) -> Json:
    """What a dry run answers."""
    refused = sum(candidate.refusal is not None for candidate in candidates)
    rows = [_checked_json(candidate) for candidate in candidates]
    return {"success": True, "total": len(rows), "refused": refused, "rows": rows}


def _checked_json(candidate: Candidate) -> Json:
    body: Json = {"row": candidate.number, "status": VALID}
    if candidate.email:
        body["email"] = candidate.email
    if candidate.refusal is not None:
        body |= {"status": BulkHireRow.Status.REFUSED, "error": _error_of(candidate.refusal)}
    return body


def _error_of(refusal: DomainError) -> Json:
    return _error(refusal.code, str(refusal.message), refusal.details)


def _error(code: str, message: str, details: Json) -> Json:
    return {"code": code, "message": message, **({"details": details} if details else {})}


def job_json(job: Any) -> Json:
    """A job read with its progress."""
    progress = progress_of(job)
    body: Json = {
        "id": job.id,
        "company_id": job.company_id,
        "state": state_of(job, progress),
        "on_error": job.on_error,
        "counts": {
            "total": job.total,
            "refused": job.refused,
            "not_started": job.total - job.refused if job.stopped else 0,
            **progress._asdict(),
        },
        "created_at": job.created_at,
    }
    return body | ({"finished_at": job.finished_at} if job.finished_at else {})


def row_json(row: Any) -> Json:
    """A row read with its status and saga."""
    saga = row.saga
    body: Json = {"row": row.number, "status": row.status, "attempt": row.attempt}
    if row.email:
        body["email"] = row.email
    if saga is not None:
        body["saga_id"] = saga.id
    if row.status == BulkHireRow.Status.COMPLETED:
        body["employee_id"] = row.employee_id
    if row.error_code:
        sentence = str(_SENTENCES.get(row.error_code, row.error_code))
        body["error"] = _error(row.error_code, sentence, row.error_details)
    elif saga is not None and saga.error_code:
        body["error"] = _error(saga.error_code, error_sentence(saga), saga.error_details)
    return body
