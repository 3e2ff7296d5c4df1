"""The shapes of documents on the wire."""

from typing import Any

from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.query import ListQuery
from document_service.documents.choices import Audience
from document_service.documents.models import Document
from document_service.documents.selectors import permitted_audiences

SORTABLE = ("created_at", "updated_at", "title", "file_size", "download_count", "view_count")


class DocumentQuery(ListQuery):
    """Filters and order; ``tags`` are separated by commas, and a document must have all of them."""

    search = serializers.CharField(required=False, max_length=200)
    category = serializers.CharField(required=False, max_length=100)
    tags = serializers.CharField(required=False, max_length=500)
    uploaded_by = serializers.UUIDField(required=False)
    is_public = serializers.BooleanField(required=False)
    is_archived = serializers.BooleanField(required=False)
    sort_by = serializers.ChoiceField(choices=SORTABLE, default="created_at")
    sort_order = serializers.ChoiceField(choices=("asc", "desc"), default="desc")

    def validate_tags(self, value: str) -> list[str]:
        return [tag for part in value.split(",") if (tag := part.strip())]


class PermissionsAnswer(serializers.Serializer[Any]):
    """The audiences of each action."""

    read = serializers.ListField(child=serializers.ChoiceField(choices=Audience.choices))
    write = serializers.ListField(child=serializers.ChoiceField(choices=Audience.choices))
    delete = serializers.ListField(child=serializers.ChoiceField(choices=Audience.choices))


class DocumentAnswer(serializers.Serializer[Any]):
    """One document; ``file_path`` is its address on this service, never a place on a disk."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    title = serializers.CharField()
    filename = serializers.CharField()
    file_path = serializers.CharField()
    file_size = serializers.IntegerField()
    mime_type = serializers.CharField()
    category = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField()
    version = serializers.IntegerField()
    is_public = serializers.BooleanField()
    is_archived = serializers.BooleanField()
    uploaded_by = serializers.UUIDField()
    permissions = PermissionsAnswer()
    download_count = serializers.IntegerField()
    view_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DocumentListAnswer(Answer):
    """Answer of GET /documents."""

    documents = DocumentAnswer(many=True)
    pagination = Pagination()


class OneDocumentAnswer(Answer):
    """Answer of GET /documents/{id}."""

    document = DocumentAnswer()


def document_json(document: Document) -> dict[str, Any]:
    """The document as ``DocumentAnswer`` describes it; its permissions should have been prefetched."""
    return {
        "id": document.id,
        "company_id": document.company_id,
        "title": document.title,
        "filename": document.filename,
        "file_path": f"/documents/{document.id}/download",
        "file_size": document.file_size,
        "mime_type": document.mime_type,
        "category": document.category,
        "tags": document.tags,
        "description": document.description,
        "version": document.version,
        "is_public": document.is_public,
        "is_archived": document.is_archived,
        "uploaded_by": document.uploaded_by,
        "permissions": permitted_audiences(document),
        "download_count": document.download_count,
        "view_count": document.view_count,
        "created_at": document.created_at,
        "updated_at": document.updated_at,
    }
