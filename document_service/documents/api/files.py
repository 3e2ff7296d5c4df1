"""Files on their way out: to somebody who is signed in, or to who has a signed address."""

from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from common.api.views import ServiceAPIView
from document_service.documents.api import requests
from document_service.documents.files.storage import PIECE
from document_service.documents.services.downloads import ServedFile, document_download


class DownloadView(ServiceAPIView):
    """The file of a document."""

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
        return attachment(served)


def attachment(served: ServedFile) -> FileResponse:
    """The file in pieces, to be saved and never shown: nothing in it runs in the reader's browser."""
    answer = FileResponse(
        served.open(),
        as_attachment=True,
        filename=served.name,
        content_type="application/octet-stream",
    )
    answer.block_size = PIECE
    answer["Content-Length"] = str(served.version.file_size)
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


def client_address(request: Request) -> str | None:
    """Where the request came from, as far as the server in front tells."""
    return request.META.get("REMOTE_ADDR") or None
