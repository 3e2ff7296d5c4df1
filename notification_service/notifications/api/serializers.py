"""What goes in: the queries and bodies of notices, templates and preferences."""

import json
import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.query import ListQuery
from common.api.serializers import StrictSerializer
from notification_service.notifications.choices import Channel, Language, Priority, Status
from notification_service.notifications.services.quiet_hours import time_zones

LONGEST_VALUE = 2_000
LARGEST_METADATA = 8_000
MOST_CATEGORIES = 50
FURTHEST = timedelta(days=366)
NAME = r"^[a-z][a-z0-9_]{0,49}$"
CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
VARIABLE = r"^[A-Za-z][A-Za-z0-9_]{0,99}$"


class NotificationQuery(ListQuery):
    """Filters of the list of notices."""

    type = serializers.ChoiceField(choices=Channel.choices, required=False)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    priority = serializers.ChoiceField(choices=Priority.choices, required=False)
    unread_only = serializers.BooleanField(default=False)


class TemplateQuery(ListQuery):
    """Filters of the list of templates; a client that knows nothing of pages gets a hundred."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=100)
    type = serializers.ChoiceField(choices=Channel.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    name = serializers.CharField(max_length=100, required=False)


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "number"}]})
class Value(serializers.Field[Any, Any, Any, Any]):
    """A text, a number or a truth value: what can stand in a sentence."""

    default_error_messages = {"invalid": _("A value is a text of at most 2,000 characters or a number.")}

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, (str, int, float)):
            self.fail("invalid")
        text = str(data)
        if len(text) > LONGEST_VALUE:
            self.fail("invalid")
        return text

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field({"type": "object", "additionalProperties": {}})
class Metadata(serializers.JSONField):
    """An object of the client's own, small enough to travel with every list."""

    default_error_messages = {
        "object": _("This must be an object."),
        "large": _("This must not be larger than 8,000 characters."),
    }

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("object")
        if len(json.dumps(data)) > LARGEST_METADATA:
            self.fail("large")
        return super().to_internal_value(data)


class SendNotificationRequest(StrictSerializer):
    """The contract's SendNotificationRequest."""

    user_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Channel.choices)
    template_id = serializers.UUIDField()
    variables = serializers.DictField(child=Value(), default=dict)
    priority = serializers.ChoiceField(choices=Priority.choices, default=Priority.NORMAL)
    scheduled_at = serializers.DateTimeField(
        required=False, help_text=_("Not before this moment; one that has passed means now.")
    )
    metadata = Metadata(default=dict)

    def validate_scheduled_at(self, value: Any) -> Any:
        """Nobody means the year 9999."""
        if value > timezone.now() + FURTHEST:
            raise serializers.ValidationError(_("A notice can be scheduled for the next twelve months."))
        return value


class Nothing(StrictSerializer):
    """A body without fields, or none at all."""


class Variables(serializers.ListField):
    """The names that a template's texts may use."""

    child = serializers.RegexField(VARIABLE)

    def to_internal_value(self, data: Any) -> list[str]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class TemplateUpdateIn(StrictSerializer):
    """What can be changed of a template."""

    name = serializers.RegexField(NAME, required=False)
    category = serializers.RegexField(NAME, required=False)
    subject_ar = serializers.CharField(max_length=255, allow_blank=True, required=False)
    subject_en = serializers.CharField(max_length=255, allow_blank=True, required=False)
    content_ar = serializers.CharField(max_length=20_000, required=False)
    content_en = serializers.CharField(max_length=20_000, allow_blank=True, required=False)
    variables = Variables(required=False, max_length=50)
    is_active = serializers.BooleanField(required=False)


class TemplateCreateIn(TemplateUpdateIn):
    """A new template. ``company_id`` is for people who serve all companies."""

    name = serializers.RegexField(NAME)
    type = serializers.ChoiceField(choices=Channel.choices)
    content_ar = serializers.CharField(max_length=20_000)
    company_id = serializers.UUIDField(required=False)


class PreviewIn(StrictSerializer):
    """Values to preview a template with; examples stand in for those that are missing."""

    language = serializers.ChoiceField(choices=Language.choices, required=False)
    variables = serializers.DictField(child=Value(), default=dict)


class ChannelsOfCategory(StrictSerializer):
    """Which channels a person wants notices of one category over."""

    email = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)
    in_app = serializers.BooleanField(required=False)


class Categories(serializers.DictField):
    """Channels by category."""

    child = ChannelsOfCategory()
    default_error_messages = {
        "name": _("A category is named in lower-case Latin letters, digits and underscores."),
        "many": _("There are not that many categories."),
    }

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        if len(values) > MOST_CATEGORIES:
            self.fail("many")
        if not all(_is_name(name) for name in values):
            self.fail("name")
        return {name: dict(channels) for name, channels in values.items()}


@extend_schema_field({"type": "string", "pattern": CLOCK})
class Clock(serializers.TimeField):
    """A time of day to the minute, such as 22:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **kwargs)

    def to_internal_value(self, value: Any) -> Any:
        # The format alone takes 7:5, too, which the document does not.
        if not isinstance(value, str) or not re.fullmatch(CLOCK, value, re.ASCII):
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


class PreferencesIn(StrictSerializer):
    """What a person may choose; what is left out stays. Null takes the quiet hours away."""

    example = {"quiet_hours_start": "22:00", "quiet_hours_end": "07:00", "timezone": "Asia/Kuwait"}

    language = serializers.ChoiceField(choices=Language.choices, required=False)
    email_enabled = serializers.BooleanField(required=False)
    sms_enabled = serializers.BooleanField(required=False)
    push_enabled = serializers.BooleanField(required=False)
    in_app_enabled = serializers.BooleanField(required=False)
    categories = Categories(required=False)
    quiet_hours_start = Clock(required=False, allow_null=True)
    quiet_hours_end = Clock(required=False, allow_null=True)
    timezone = serializers.CharField(max_length=64, required=False)

    def validate_timezone(self, value: str) -> str:
        """A name of the time zone database, such as Asia/Kuwait."""
        if value not in time_zones():
            raise serializers.ValidationError(_("There is no such time zone."))
        return value


def _is_name(text: str) -> bool:
    return text.isascii() and text.replace("_", "a").isalnum() and text == text.lower() and len(text) <= 50
