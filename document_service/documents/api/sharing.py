"""Who else may do what with a document, and who was given its file."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.pagination import paginate
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.views import ServiceAPIView
from document_service.documents.api import requests, serializers
from document_service.documents.selectors.rights import download_list, rights_list
from document_service.documents.selectors.visibility import document_get
from document_service.documents.services.rights import rights_set

DOWNLOAD = Row({"user_id": "user_id", "version": "version", "address": "address", "created_at": "created_at"})


class RightsView(ServiceAPIView):
    """The people with rights of their own to a document; for who may say who sees it."""

    required_permissions = {"GET": "documents:view"}
    answer_serializers = {"GET": serializers.RightsListAnswer}

    def get(self, request: Request, document_id: UUID) -> Response:
        """List them."""
        rights = rights_list(self.person, document_get(self.person, document_id))
        shown = [{name: value for name, value in each.items() if value} for each in rights]
        return Response({"success": True, "rights": shown})


class PersonRightsView(ServiceAPIView):
    """The rights of one person to one document."""

    required_permissions = {"PUT": "documents:view", "DELETE": "documents:view"}
    body_serializers = {"PUT": requests.RightsIn}
    answer_serializers = {"PUT": serializers.RightsListAnswer, "DELETE": serializers.DoneAnswer}

    def put(self, request: Request, document_id: UUID, user_id: UUID) -> Response:
        """Let the person do just these things, whatever their role lets them do."""
        actions = self.body()["actions"]
        document = rights_set(person=self.person, document_id=document_id, user_id=user_id, actions=actions)
        return Response({"success": True, "rights": list(rights_list(self.person, document))})

    def delete(self, request: Request, document_id: UUID, user_id: UUID) -> Response:
        """Take the person's own rights away; what their role lets them do stays."""
        rights_set(person=self.person, document_id=document_id, user_id=user_id, actions=())
        return Response({"success": True, "message": _("The rights were taken away.")})


class DownloadsView(ServiceAPIView):
    """The log of a document's downloads; for who may say who sees it."""

    required_permissions = {"GET": "documents:view"}
    query_serializers = {"GET": ListQuery}
    answer_serializers = {"GET": serializers.DownloadListAnswer}

    def get(self, request: Request, document_id: UUID) -> Response:
        """List who was given the file, the latest first."""
        downloads = download_list(self.person, document_get(self.person, document_id))
        return paginate(downloads, self.query(), key="downloads", row=DOWNLOAD, ordering=("-id",))
