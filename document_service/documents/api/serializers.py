"""What goes out, for the OpenAPI document; a value that is not there is left out of an answer."""

from typing import Any

from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.health import HealthPart
from document_service.documents.choices import Action, Audience, DocumentType, ScanState


class HealthStorage(HealthPart):
    """Where files are kept; ``available_space`` is in bytes, as far as that is known."""

    available_space = serializers.IntegerField(required=False)


class PermissionsAnswer(serializers.Serializer[Any]):
    """The audiences of each action; an empty list leaves it to the roles."""

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
    category = serializers.CharField(required=False)
    tags = serializers.ListField(child=serializers.CharField())
    description = serializers.CharField(required=False)
    version = serializers.IntegerField()
    is_public = serializers.BooleanField()
    is_archived = serializers.BooleanField()
    uploaded_by = serializers.UUIDField()
    permissions = PermissionsAnswer()
    download_count = serializers.IntegerField()
    view_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    employee_id = serializers.UUIDField(required=False)
    license_id = serializers.UUIDField(required=False)
    document_type = serializers.ChoiceField(DocumentType.choices, required=False)
    document_number = serializers.CharField(required=False)
    expires_on = serializers.DateField(required=False)
    scan_state = serializers.ChoiceField(ScanState.choices, required=False)
    sha256 = serializers.CharField(required=False)


class VersionAnswer(serializers.Serializer[Any]):
    """One version of a document."""

    id = serializers.UUIDField()
    document_id = serializers.UUIDField()
    version = serializers.IntegerField()
    filename = serializers.CharField()
    file_path = serializers.CharField()
    file_size = serializers.IntegerField()
    mime_type = serializers.CharField()
    change_log = serializers.CharField(required=False)
    uploaded_by = serializers.UUIDField()
    expires_on = serializers.DateField(required=False)
    created_at = serializers.DateTimeField()


class CategoryAnswer(serializers.Serializer[Any]):
    """A category; ``document_count`` is of the documents that the reader may see."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(required=False)
    parent_category_id = serializers.UUIDField(required=False)
    color = serializers.CharField(required=False)
    icon = serializers.CharField(required=False)
    document_count = serializers.IntegerField()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RightsAnswer(serializers.Serializer[Any]):
    """What a person may do with a document by a right of their own."""

    user_id = serializers.UUIDField()
    name = serializers.CharField(required=False)
    actions = serializers.ListField(child=serializers.ChoiceField(choices=Action.choices))


class DownloadAnswer(serializers.Serializer[Any]):
    """One time that somebody was given the file."""

    user_id = serializers.UUIDField()
    version = serializers.IntegerField()
    address = serializers.CharField(required=False)
    created_at = serializers.DateTimeField()


class LinkAnswer(serializers.Serializer[Any]):
    """A signed address for one person, good for a short time."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()


class UsageAnswer(serializers.Serializer[Any]):
    """Bytes that a company's files take, and may take."""

    used = serializers.IntegerField()
    limit = serializers.IntegerField()
    percentage = serializers.FloatField()


class MostDownloaded(serializers.Serializer[Any]):
    """One of the documents that are downloaded most."""

    document_id = serializers.UUIDField()
    title = serializers.CharField()
    download_count = serializers.IntegerField()


class StatisticsAnswer(serializers.Serializer[Any]):
    """Counted over the documents that the reader may see; the usage is the company's."""

    company_id = serializers.UUIDField()
    total_documents = serializers.IntegerField()
    total_size = serializers.IntegerField()
    documents_this_month = serializers.IntegerField()
    most_downloaded = MostDownloaded(many=True)
    category_distribution = serializers.DictField(child=serializers.IntegerField())
    storage_usage = UsageAnswer()
    last_updated = serializers.DateTimeField()


class FacetsAnswer(serializers.Serializer[Any]):
    """How many of all that was found are in each category and have each tag; the commonest."""

    categories = serializers.DictField(child=serializers.IntegerField())
    tags = serializers.DictField(child=serializers.IntegerField())


class DocumentListAnswer(Answer):
    """A piece of the list of documents."""

    documents = DocumentAnswer(many=True)
    pagination = Pagination()


class SearchAnswer(DocumentListAnswer):
    """A piece of what was found."""

    query = serializers.CharField()
    facets = FacetsAnswer()


class OneDocumentAnswer(Answer):
    """One document."""

    document = DocumentAnswer()


class VersionListAnswer(Answer):
    """All versions of a document, newest first."""

    versions = VersionAnswer(many=True)


class OneVersionAnswer(Answer):
    """One version."""

    version = VersionAnswer()


class CategoryListAnswer(Answer):
    """All categories of a company from A to Z."""

    categories = CategoryAnswer(many=True)


class OneCategoryAnswer(Answer):
    """One category."""

    category = CategoryAnswer()


class RightsListAnswer(Answer):
    """The people with rights of their own."""

    rights = RightsAnswer(many=True)


class DownloadListAnswer(Answer):
    """A piece of the log of downloads, newest first."""

    downloads = DownloadAnswer(many=True)
    pagination = Pagination()


class OneLinkAnswer(Answer):
    """A link."""

    link = LinkAnswer()


class OneStatisticsAnswer(Answer):
    """Statistics."""

    statistics = StatisticsAnswer()


class DoneAnswer(Answer):
    """It was done; a sentence says what."""

    message = serializers.CharField()
