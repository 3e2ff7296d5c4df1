"""Documents over HTTP: what is known about them. Files themselves are not served here yet."""

from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.views import ServiceAPIView
from document_service.documents.api.serializers import (
    DocumentListAnswer,
    DocumentQuery,
    OneDocumentAnswer,
    document_json,
)
from document_service.documents.selectors import document_get, document_list


class DocumentsView(ServiceAPIView):
    """The documents one may read."""

    required_permissions = {"GET": "documents:view"}
    query_serializers = {"GET": DocumentQuery}
    answer_serializers = {"GET": DocumentListAnswer}

    def get(self, request: Request) -> Response:
        """List documents, the newest first unless asked otherwise."""
        query = self.query()
        direction = "-" if query["sort_order"] == "desc" else ""
        return paginate(
            document_list(self.person, query),
            query,
            key="documents",
            serialize=document_json,
            ordering=(f"{direction}{query['sort_by']}",),
        )


class DocumentView(ServiceAPIView):
    """One document; what one may not read does not exist."""

    required_permissions = {"GET": "documents:view"}
    answer_serializers = {"GET": OneDocumentAnswer}

    def get(self, request: Request, document_id: UUID) -> Response:
        """What is known about the document."""
        self.query()
        return Response({"success": True, "document": document_json(document_get(self.person, document_id))})
