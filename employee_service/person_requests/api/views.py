"""Requests about personal data over HTTP: asked for, looked at, downloaded once."""

from collections.abc import Iterator
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import get_language
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from common.privacy.accesses import access_note
from common.privacy.choices import AccessAction
from employee_service.person_requests.api.serializers import (
    ROW,
    OnePrivacyRequest,
    PrivacyRequestIn,
    PrivacyRequestList,
    PrivacyRequestQuery,
    request_json,
)
from employee_service.person_requests.choices import RequestKind
from employee_service.person_requests.models import PersonRequest
from employee_service.person_requests.selectors import request_get
from employee_service.person_requests.services.opening import RIGHT, request_open
from employee_service.person_requests.services.packaging import package_name, package_take


class PersonRequestsView(ServiceAPIView):
    """Requests about the data of the company's people."""

    idempotent = True
    required_permissions = {"GET": RIGHT, "POST": RIGHT}
    query_serializers = {"GET": PrivacyRequestQuery}
    body_serializers = {"POST": PrivacyRequestIn}
    answer_serializers = {
        "GET": PrivacyRequestList,
        "POST": {
            202: OnePrivacyRequest,
            404: ErrorResponse,
            409: ErrorResponse,
            429: ErrorResponse,
        },
    }

    def get(self, request: Request) -> Response:
        """Newest first."""
        query = self.query()
        chosen = {name: query[name] for name in ("employee_id", "kind", "state") if name in query}
        found = PersonRequest.objects.filter(**chosen)
        return paginate(found, query, key="requests", row=ROW, ordering=("-created_at",))

    def post(self, request: Request) -> Response:
        """Ask for an export of everything the six services hold on an employee, or for its erasure.

        The services are asked in the background. An erasure is for former employees; it keeps what the law has
        kept, says so in its lines, and the nightly retention erases the rest when the time is over.
        """
        body = self.body()
        made = request_open(
            person=self.person,
            employee_id=body["employee_id"],
            kind=RequestKind(body["kind"]),
            reason=body["reason"],
            language=(get_language() or "en")[:2],
        )
        return Response({"success": True, "request": request_json(request_get(made.pk))}, status=202)


class PersonRequestView(ServiceAPIView):
    """One request."""

    required_permissions = {"GET": RIGHT}
    answer_serializers = {"GET": OnePrivacyRequest}

    def get(self, request: Request, request_id: UUID) -> Response:
        """With what each service has done."""
        return Response({"success": True, "request": request_json(request_get(request_id))})


class PackageView(ServiceAPIView):
    """The package of an export."""

    required_permissions = {"POST": RIGHT}
    answer_serializers = {
        "POST": {
            200: OpenApiTypes.BINARY,
            404: ErrorResponse,
            409: ErrorResponse,
            410: ErrorResponse,
        }
    }
    answer_headers = {"POST": {200: ("Content-Disposition",)}}

    def post(self, request: Request, request_id: UUID) -> StreamingHttpResponse:
        """Download it: once, by whoever asked for it. It is a ZIP file of JSON, a page for people and the files."""
        found = request_get(request_id)
        package = package_take(person=self.person, request=found)
        access_note(
            request._request,
            self.person,
            action=AccessAction.EXPORTED,
            company_id=found.company_id,
            subject_id=found.employee_id,
        )
        return package_answer(package, package_name(found))


def package_answer(package: Iterator[bytes], name: str) -> StreamingHttpResponse:
    """A file to be saved."""
    return StreamingHttpResponse(
        package,
        content_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
