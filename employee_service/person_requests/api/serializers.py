"""What goes in and out of the addresses of requests about personal data."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.fields import Name
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.serializers import StrictSerializer
from common.conf.service import PORTS
from common.privacy.choices import Because, Fate, Holding
from employee_service.person_requests.choices import RequestKind, RequestState
from employee_service.person_requests.models import PersonRequest

Json = dict[str, Any]
FIELDS = (
    "id", "company_id", "employee_id", "kind", "reason", "state", "keep_until", "requested_by",
    "requested_by_name", "created_at", "finished_at", "expires_at", "downloaded_at",
)  # fmt: skip
ROW = Row({name: name for name in FIELDS})
ASKABLE = [(kind.value, kind.label) for kind in (RequestKind.EXPORT, RequestKind.ERASURE)]


class PrivacyRequestIn(StrictSerializer):
    """A request about one employee of the company, with the reason that is kept beside it."""

    employee_id = serializers.UUIDField()
    kind = serializers.ChoiceField(ASKABLE)
    reason = Name(max_length=500)


class PrivacyRequestQuery(ListQuery):
    """Which requests."""

    employee_id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(RequestKind.choices, required=False)
    state = serializers.ChoiceField(RequestState.choices, required=False)


class ErasedLine(serializers.Serializer[Any]):
    """What became of one kind of data; ``reason`` says why something was kept, in the reader's language."""

    holding = serializers.ChoiceField(Holding.choices)
    title = serializers.CharField()
    fate = serializers.ChoiceField(Fate.choices)
    rows = serializers.IntegerField()
    because = serializers.ChoiceField(Because.choices, required=False)
    reason = serializers.CharField(required=False)
    until = serializers.DateField(required=False, help_text=_("The day until which the law has it kept."))


class ServicePart(serializers.Serializer[Any]):
    """How far one service is."""

    service = serializers.ChoiceField([(name, name) for name in PORTS])
    answered_at = serializers.DateTimeField(required=False)
    attempts = serializers.IntegerField()
    error = serializers.CharField(required=False)
    lines = ErasedLine(many=True)


class PrivacyRequest(serializers.Serializer[Any]):
    """A request about personal data; a ready export can be downloaded once, until ``expires_at``."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    employee_id = serializers.UUIDField()
    kind = serializers.ChoiceField(RequestKind.choices)
    reason = serializers.CharField()
    state = serializers.ChoiceField(RequestState.choices)
    keep_until = serializers.DateField(required=False)
    requested_by = serializers.UUIDField(required=False)
    requested_by_name = serializers.CharField(required=False)
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(required=False)
    expires_at = serializers.DateTimeField(required=False)
    downloaded_at = serializers.DateTimeField(required=False)


class PrivacyRequestWithParts(PrivacyRequest):
    """A request, with what each service has done."""

    parts = ServicePart(many=True)


class OnePrivacyRequest(Answer):
    """A request."""

    request = PrivacyRequestWithParts()


class PrivacyRequestList(Answer):
    """Requests."""

    requests = PrivacyRequest(many=True)
    pagination = Pagination()


def request_json(request: PersonRequest) -> Json:
    """A request with its parts."""
    values = {name: getattr(request, name) for name in FIELDS}
    parts = [
        _told(
            {
                "service": part.service,
                "answered_at": part.finished_at,
                "attempts": part.attempts,
                "error": part.error,
                "lines": [line_json(line) for line in part.lines],
            }
        )
        for part in request.parts.defer("content").order_by("rank", "service")
    ]
    return {**_told(values), "parts": parts}


def line_json(line: Json) -> Json:
    """A line of an erasure in the reader's language."""
    because = line.get("because", "")
    return _told(
        {
            "holding": line["holding"],
            "title": str(Holding(line["holding"]).label),
            "fate": line["fate"],
            "rows": line["rows"],
            "because": because,
            "reason": str(Because(because).label) if because else "",
            "until": line.get("until"),
        }
    )


def _told(values: Json) -> Json:
    return {name: value for name, value in values.items() if value not in (None, "")}
