"""What comes in: queries and bodies."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.fields import Name
from common.api.query import REPEATED, ListQuery, StrictQuery
from common.api.serializers import StrictSerializer
from document_service.documents.choices import Action, Audience, DocumentType

SORTABLE = ("created_at", "updated_at", "title", "file_size", "download_count", "view_count")
DIRECTIONS = ("asc", "desc")
MOST_TAGS = 20


def tags_of(text: str) -> list[str]:
    """The tags in a text that separates them by commas, Arabic ones too."""
    return [tag for part in text.replace("،", ",").split(",") if (tag := part.strip())]


class Tags(serializers.CharField):
    """Tags separated by commas."""

    def to_internal_value(self, data: Any) -> Any:
        tags = tags_of(super().to_internal_value(data))
        if len(tags) > MOST_TAGS:
            raise serializers.ValidationError(_("At most {} tags.").format(MOST_TAGS))
        if any(len(tag) > 100 for tag in tags):
            raise serializers.ValidationError(_("A tag has at most 100 characters."))
        return tags


class CompanyQuery(StrictQuery):
    """Of which company, for who serves several."""

    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))


class DocumentQuery(ListQuery):
    """Filters and order; ``tags`` are separated by commas, and a document must have all of them."""

    search = serializers.CharField(required=False, allow_blank=True, max_length=200)
    category = serializers.CharField(required=False, max_length=100)
    tags = Tags(required=False, max_length=500)
    uploaded_by = serializers.UUIDField(required=False)
    is_public = serializers.BooleanField(required=False)
    is_archived = serializers.BooleanField(required=False)
    employee_id = serializers.UUIDField(required=False)
    license_id = serializers.UUIDField(required=False)
    has_file = serializers.BooleanField(
        required=False, help_text=_("Documents of the old system may be known without their files.")
    )
    document_type = serializers.ChoiceField(DocumentType.choices, required=False)
    expires_before = serializers.DateField(required=False)
    expires_after = serializers.DateField(required=False)
    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))
    sort_by = serializers.ChoiceField(choices=SORTABLE, default="created_at")
    sort_order = serializers.ChoiceField(choices=DIRECTIONS, default="desc")


class VersionQuery(StrictQuery):
    """Which version; the newest when nothing is said."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)


class AudiencesIn(StrictSerializer):
    """The audiences of each action; an action that is left out keeps its own."""

    read = serializers.MultipleChoiceField(choices=Audience.choices, required=False)
    write = serializers.MultipleChoiceField(choices=Audience.choices, required=False)
    delete = serializers.MultipleChoiceField(choices=Audience.choices, required=False)


class AudiencesText(serializers.CharField):
    """The same, as JSON in a form's field."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            given = json.loads(super().to_internal_value(data))
        except (ValueError, RecursionError):
            raise serializers.ValidationError(_("This is not JSON.")) from None
        audiences = AudiencesIn(data=given)
        audiences.is_valid(raise_exception=True)
        return audiences.validated_data


class FormSerializer(StrictSerializer):
    """A form with a file; a field that comes twice is refused."""

    file = serializers.FileField(help_text=_("PDF, picture, office document or text."))

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, QueryDict):
            twice = {name: [REPEATED] for name, values in data.lists() if len(values) > 1}
            if twice:
                raise serializers.ValidationError(twice)
        return super().to_internal_value(data)


class Paper(serializers.Serializer[Any]):
    """What sort of paper it is, about whom, and until when it is valid."""

    employee_id = serializers.UUIDField(required=False, allow_null=True)
    document_type = serializers.ChoiceField(DocumentType.choices, required=False, allow_blank=True)
    document_number = serializers.CharField(required=False, allow_blank=True, max_length=100)
    expires_on = serializers.DateField(required=False, allow_null=True)


class DocumentCreateIn(FormSerializer, Paper):
    """A new document and its file."""

    title = serializers.CharField(max_length=255)
    category = serializers.CharField(required=False, allow_blank=True, max_length=100)
    tags = Tags(required=False, allow_blank=True, max_length=2_500)
    description = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    is_public = serializers.BooleanField(default=False)
    permissions = AudiencesText(required=False, max_length=1000)
    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))


class DocumentUpdateIn(StrictSerializer, Paper):
    """Changes of a document; what is left out stays."""

    title = serializers.CharField(required=False, max_length=255)
    category = serializers.CharField(required=False, allow_blank=True, max_length=100)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=100), required=False, max_length=MOST_TAGS
    )
    description = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    is_public = serializers.BooleanField(required=False)
    is_archived = serializers.BooleanField(required=False)
    permissions = AudiencesIn(required=False)


class VersionCreateIn(FormSerializer):
    """A newer file; with ``expires_on`` it renews the document."""

    change_log = serializers.CharField(max_length=500)
    expires_on = serializers.DateField(required=False)
    document_number = serializers.CharField(required=False, max_length=100)


class RightsIn(StrictSerializer):
    """What one person may do with one document."""

    actions = serializers.MultipleChoiceField(choices=Action.choices, allow_empty=False)


class LinkIn(StrictSerializer):
    """Which version a link leads to; the newest when nothing is said."""

    version = serializers.IntegerField(min_value=1, max_value=2_147_483_647, required=False)


class CategoryCreateIn(StrictSerializer):
    """A new category."""

    name = Name(max_length=100)
    description = serializers.CharField(required=False, allow_blank=True, max_length=500)
    parent_category_id = serializers.UUIDField(source="parent_id", required=False)
    color = serializers.CharField(required=False, allow_blank=True, max_length=20)
    icon = serializers.CharField(required=False, allow_blank=True, max_length=50)
    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))


class SearchQuery(ListQuery):
    """What to look for; the last word may be the beginning of one. Days are those of creation."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=200)
    category = serializers.CharField(required=False, max_length=100)
    tags = Tags(required=False, max_length=500)
    date_from = serializers.DateField(required=False)
    date_to = serializers.DateField(required=False)
    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))
    sort_by = serializers.ChoiceField(choices=("relevance", *SORTABLE), default="relevance")
    sort_order = serializers.ChoiceField(choices=DIRECTIONS, default="desc")


def without(values: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """``values`` but for the named ones."""
    return {name: value for name, value in values.items() if name not in names}
