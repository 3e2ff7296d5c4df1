"""Reports over HTTP: asked for, written in the background, downloaded, deleted."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.http import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from analytics_service.analytics.api.queries import LAST_BEFORE_FIRST, ONLY_FOR_ALL, period_of
from analytics_service.analytics.choices import GroupBy, Producer, ReportFormat, ReportKind, ReportStatus
from analytics_service.analytics.downloads import report_download
from analytics_service.analytics.files import CsvFile, XlsxFile
from analytics_service.analytics.models import Report
from analytics_service.analytics.selectors.reports import report_get, report_list, report_with_file
from analytics_service.analytics.services.reports import report_create, report_delete
from common.api.answers import Answer, Pagination
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.schema import ErrorResponse
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.days import today
from common.errors import ValidationError

Json = dict[str, Any]
_EVENTS = frozenset({"from", "to", "type", "producer", "aggregate_id"})
TAKEN: dict[str, frozenset[str]] = {
    ReportKind.HEADCOUNT: frozenset({"as_of"}),
    ReportKind.TURNOVER: frozenset({"from", "to", "group_by"}),
    ReportKind.EVENTS: _EVENTS,
}
"""What each kind of report may be asked for; the others take the days of a period."""
_PERIOD = frozenset({"from", "to"})


class ReportParameters(StrictSerializer):
    """Which rows: ``as_of`` for headcount, ``from`` and ``to`` (both inclusive) for the others."""

    as_of = serializers.DateField(required=False)
    group_by = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in GroupBy if kind != GroupBy.TYPE], required=False
    )
    type = serializers.CharField(required=False, max_length=100)
    producer = serializers.ChoiceField(choices=Producer.choices, required=False)
    aggregate_id = serializers.UUIDField(required=False)

    def get_fields(self) -> Json:
        """``from`` and ``to`` as well, which Python keeps for itself."""
        days = {"from": serializers.DateField(required=False), "to": serializers.DateField(required=False)}
        return {**super().get_fields(), **days}


class ReportIn(StrictSerializer):
    """A report that is asked for."""

    example = {"parameters": {"as_of": "2026-11-22"}}

    kind = serializers.ChoiceField(choices=ReportKind.choices)
    format = serializers.ChoiceField(choices=ReportFormat.choices, default=ReportFormat.CSV.value)
    parameters = ReportParameters(required=False)
    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)

    def validate(self, attrs: Json) -> Json:
        """What the kind takes, with the days that were not given."""
        given = dict(attrs.get("parameters", {}))
        taken = TAKEN.get(attrs["kind"], _PERIOD)
        wrong = {name: [_("This kind of report does not take this.")] for name in given if name not in taken}
        if wrong:
            raise serializers.ValidationError({"parameters": wrong})
        try:
            parameters = _completed(attrs["kind"], given)
        except serializers.ValidationError as error:
            raise serializers.ValidationError({"parameters": error.detail}) from error
        return {**attrs, "parameters": {name: _stored(value) for name, value in parameters.items()}}


def _completed(kind: str, given: Json) -> Json:
    if kind == ReportKind.HEADCOUNT:
        return {"as_of": today(), **given}
    if kind == ReportKind.EVENTS:
        # Of any time: this report is made for many rows.
        if given.get("from", date.min) > given.get("to", date.max):
            raise serializers.ValidationError({"to": [LAST_BEFORE_FIRST]})
        return given
    last = given.get("to") or today()
    first = given.get("from") or last.replace(day=1)
    period = period_of(first, last)
    return {**given, "from": period.first, "to": period.last}


def _stored(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


class ReportAnswer(serializers.ModelSerializer[Report]):
    """A report; ``rows`` are those written so far, ``error`` says why there is no file."""

    company_id = serializers.UUIDField(required=False)

    class Meta:
        model = Report
        fields = (
            "id", "company_id", "kind", "parameters", "format", "status", "rows", "size", "error",
            "requested_by", "created_at", "started_at", "finished_at", "expires_at",
        )  # fmt: skip

    def to_representation(self, instance: Report) -> Json:
        values = super().to_representation(instance)
        return {name: value for name, value in values.items() if value not in (None, "")}


REPORT_ROW = Row({name: name for name in ReportAnswer.Meta.fields})


class ReportListAnswer(Answer):
    """Answer of GET /reports."""

    reports = ReportAnswer(many=True)
    pagination = Pagination()


class OneReport(Answer):
    """Answer of GET /reports/{id}."""

    report = ReportAnswer()


class Deleted(Answer):
    """Answer of DELETE /reports/{id}."""

    message = serializers.CharField()


class ReportQuery(ListQuery):
    """Filters of the list of reports."""

    kind = serializers.ChoiceField(choices=ReportKind.choices, required=False)
    status = serializers.ChoiceField(choices=ReportStatus.choices, required=False)
    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)


class ReportsView(ServiceAPIView):
    """The company's reports."""

    idempotent = True
    required_permissions = {"GET": "reports:view", "POST": "reports:create"}
    query_serializers = {"GET": ReportQuery}
    body_serializers = {"POST": ReportIn}
    answer_serializers = {"GET": ReportListAnswer, "POST": {202: OneReport, 409: ErrorResponse}}
    answer_headers = {"POST": {202: ("Location",)}}

    def get(self, request: Request) -> Response:
        """List reports, the newest first."""
        query = self.query()
        equal = {name: query[name] for name in ("kind", "status", "company_id") if name in query}
        return paginate(report_list(self.person, **equal), query, key="reports", row=REPORT_ROW)

    def post(self, request: Request) -> Response:
        """Ask for a report; it is written in the background, in the language of this request."""
        values = self.body()
        named = values.pop("company_id", None)
        if named is not None and named != self.person.company_id and not self.person.all_companies:
            raise ValidationError(details={"company_id": [_("There is no such company.")]})
        report = report_create(
            **values,
            language=get_language() or "en",
            company_id=named or self.person.company_id,
            requested_by=self.person.id,
        )
        answer = {"success": True, "report": ReportAnswer(report).data}
        return Response(answer, status=202, headers={"Location": f"/reports/{report.id}"})


class ReportView(ServiceAPIView):
    """One report."""

    required_permissions = {"GET": "reports:view", "DELETE": "reports:create"}
    answer_serializers = {"GET": OneReport, "DELETE": Deleted}

    def get(self, request: Request, report_id: UUID) -> Response:
        """The report, and how far it is."""
        self.query()
        return Response({"success": True, "report": ReportAnswer(report_get(self.person, report_id)).data})

    def delete(self, request: Request, report_id: UUID) -> Response:
        """Delete the report with its file; one that is being written is written no further."""
        report_delete(report_get(self.person, report_id).id)
        return Response({"success": True, "message": _("The report was deleted.")})


class DownloadView(ServiceAPIView):
    """The file of a report."""

    required_permissions = {"GET": "reports:export"}
    answer_serializers: ClassVar[dict[str, Any]] = {
        "GET": {
            (200, CsvFile.content_type): OpenApiTypes.BINARY,
            (200, XlsxFile.content_type): OpenApiTypes.BINARY,
            409: ErrorResponse,
        }
    }

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """The file is what it is, whatever the client would like best."""
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request, report_id: UUID) -> HttpResponseBase:
        """The file, piece by piece."""
        self.query()
        report = report_with_file(self.person, report_id)
        return report_download(report, request=request._request, person=self.person)
