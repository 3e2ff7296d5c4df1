"""Files on their way out: to somebody who is signed in, or to who has a signed address."""

from uuid import UUID

from django.http import FileResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.documented_errors import ErrorResponse
from common.api.views import ServiceAPIView
from common.privacy.choices import AccessAction
from document_service.documents.api import requests, serializers
from document_service.documents.files.storage import address_for_saving
from document_service.documents.services.downloads import document_download
from document_service.documents.services.links import link_create, link_follow


class DownloadView(ServiceAPIView):
    """The file of a document."""

    reading = AccessAction.DOWNLOADED
    required_permissions = {"GET": "documents:view"}
    query_serializers = {"GET": requests.VersionQuery}
    answer_serializers = {"GET": {200: OpenApiTypes.BINARY}}

    def get(self, request: Request, document_id: UUID) -> FileResponse:
        """Download it; who did is noted."""
        served = document_download(
            person=self.person,
            document_id=document_id,
            number=self.query().get("version"),
            address=client_address(request),
        )
        return served.as_attachment()


class LinkView(ServiceAPIView):
    """Signed addresses of a document's file."""

    required_permissions = {"POST": "documents:view"}
    body_serializers = {"POST": requests.LinkIn}
    answer_serializers = {"POST": {201: serializers.OneLinkAnswer}}

    def post(self, request: Request, document_id: UUID) -> Response:
        """Make one for who asks: it needs no session, is good for minutes, and its use is noted as theirs."""
        number = self.body().get("version")
        link = link_create(person=self.person, document_id=document_id, number=number)
        shown = {"url": request.build_absolute_uri(f"/files/{link.token}"), "expires_at": link.expires_at}
        return Response({"success": True, "link": shown}, status=201)


class SignedFileView(ServiceAPIView):
    """The file behind a signed address."""

    public = True
    answer_serializers = {"GET": {200: OpenApiTypes.BINARY, 302: None, 403: ErrorResponse}}

    def get(self, request: Request, token: str) -> HttpResponseBase:
        """Download it, without a session; a storage that signs addresses itself is led to."""
        served = link_follow(token, address=client_address(request))
        elsewhere = address_for_saving(served.key, served.name)
        return HttpResponseRedirect(elsewhere) if elsewhere else served.as_attachment()


def client_address(request: Request) -> str | None:
    """Where the request came from, as far as the server in front tells."""
    return request.META.get("REMOTE_ADDR") or None
