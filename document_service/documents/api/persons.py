"""Files of a person's documents, for the package of everything that is held on them."""

from django.http import FileResponse
from rest_framework import serializers
from rest_framework.request import Request

from common.privacy.api.views import PrivacyView, SubjectIn
from common.privacy.subjects import Subject
from document_service.documents.services.downloads import file_of_person


class PersonFileIn(SubjectIn):
    """Whose file, and which."""

    version_id = serializers.UUIDField()


class PersonFileView(PrivacyView):
    """One file of a document about a person."""

    body_serializers = {"POST": PersonFileIn}

    def post(self, request: Request) -> FileResponse:
        """Its bytes; the service that asks notes who is given the package."""
        self.refuse_others()
        body = self.body()
        version_id = body.pop("version_id")
        return file_of_person(Subject(**body), version_id).as_attachment()
