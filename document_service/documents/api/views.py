"""Documents and their versions over HTTP.

A file on its way in may take minutes, so the addresses that take one open their transaction only afterwards.
"""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.schema import ErrorResponse
from common.api.views import ServiceAPIView
from document_service.documents.api import requests, rows, serializers
from document_service.documents.api.scope import company_of, refuse_company, scope_of
from document_service.documents.choices import Action
from document_service.documents.files.transfers import transfer
from document_service.documents.models import Document, DocumentVersion
from document_service.documents.selectors.lists import document_list, version_list
from document_service.documents.selectors.visibility import document_get, require
from document_service.documents.services.documents import document_create, document_delete, document_update
from document_service.documents.services.downloads import view_count
from document_service.documents.services.receiving import file_receive
from document_service.documents.services.versions import version_add


class DocumentsView(ServiceAPIView):
    """The documents one may read."""

    manages_own_scope = True
    parser_classes = (MultiPartParser,)
    required_permissions = {"GET": "documents:view", "POST": "documents:upload"}
    query_serializers = {"GET": requests.DocumentQuery}
    body_serializers = {"POST": requests.DocumentCreateIn}
    answer_serializers = {
        "GET": serializers.DocumentListAnswer,
        "POST": {201: serializers.OneDocumentAnswer, 413: ErrorResponse},
    }

    def get(self, request: Request) -> Response:
        """List documents, the newest first unless asked otherwise."""
        query = self.query()
        refuse_company(self.person, query)
        direction = "-" if query["sort_order"] == "desc" else ""
        with scope_of(self.person):
            return paginate(
                document_list(self.person, query),
                query,
                key="documents",
                row=rows.DOCUMENT,
                ordering=(f"{direction}{query['sort_by']}",),
            )

    def post(self, request: Request) -> Response:
        """Upload a document."""
        with transfer():
            body = self.body()
        company_id = company_of(self.person, body)
        upload = body.pop("file")
        body.pop("company_id", None)
        file = file_receive(person=self.person, company_id=company_id, upload=upload)
        with scope_of(self.person):
            document = document_create(person=self.person, company_id=company_id, file=file, **body)
            shown = rows.one(Document.objects.filter(pk=document.pk), "document", rows.DOCUMENT)
        return Response(shown, status=201)


class DocumentView(ServiceAPIView):
    """One document; what one may not read does not exist."""

    required_permissions = {"GET": "documents:view", "PUT": "documents:view", "DELETE": "documents:view"}
    body_serializers = {"PUT": requests.DocumentUpdateIn}
    answer_serializers = {
        "GET": serializers.OneDocumentAnswer,
        "PUT": serializers.OneDocumentAnswer,
        "DELETE": serializers.DoneAnswer,
    }

    def get(self, request: Request, document_id: UUID) -> Response:
        """What is known about the document."""
        document = document_get(self.person, document_id)
        view_count(document)
        return self._shown(document_id)

    def put(self, request: Request, document_id: UUID) -> Response:
        """Change the given fields; the others stay."""
        document_update(person=self.person, document_id=document_id, **self.body())
        return self._shown(document_id)

    def delete(self, request: Request, document_id: UUID) -> Response:
        """Delete the document with its versions."""
        document_delete(person=self.person, document_id=document_id)
        return Response({"success": True, "message": _("The document was deleted.")})

    @staticmethod
    def _shown(document_id: UUID) -> Response:
        return Response(rows.one(Document.objects.filter(pk=document_id), "document", rows.DOCUMENT))


class VersionsView(ServiceAPIView):
    """The versions of a document."""

    manages_own_scope = True
    parser_classes = (MultiPartParser,)
    required_permissions = {"GET": "documents:view", "POST": "documents:view"}
    body_serializers = {"POST": requests.VersionCreateIn}
    answer_serializers = {
        "GET": serializers.VersionListAnswer,
        "POST": {201: serializers.OneVersionAnswer, 413: ErrorResponse},
    }

    def get(self, request: Request, document_id: UUID) -> Response:
        """List them, the newest first."""
        with scope_of(self.person):
            return Response(rows.every(version_list(self.person, document_id), "versions", rows.VERSION))

    def post(self, request: Request, document_id: UUID) -> Response:
        """Upload a newer version."""
        with scope_of(self.person):  # before the file is read
            document = document_get(self.person, document_id)
            require(self.person, Action.WRITE, document)
        with transfer():
            body = self.body()
        upload = body.pop("file")
        file = file_receive(person=self.person, company_id=document.company_id, upload=upload)
        with scope_of(self.person):
            version = version_add(person=self.person, document_id=document_id, file=file, **body)
            shown = rows.one(DocumentVersion.objects.filter(pk=version.pk), "version", rows.VERSION)
        return Response(shown, status=201)
