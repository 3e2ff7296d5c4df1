"""What comes out: the shapes of notices, templates and preferences on the wire."""

from typing import Any

from django.db.models import TextField, Value
from django.db.models.functions import Coalesce, NullIf
from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.rows import Row
from notification_service.notifications.choices import Channel, Language, Priority, Status
from notification_service.notifications.models import Notification, Preference, Template


class NotificationAnswer(serializers.Serializer[Any]):
    """One notice; a time that has not come is left out."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    user_id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=Channel.choices)
    title = serializers.CharField()
    message = serializers.CharField()
    template_id = serializers.UUIDField(required=False)
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.ChoiceField(choices=Priority.choices)
    scheduled_at = serializers.DateTimeField(required=False)
    sent_at = serializers.DateTimeField(required=False)
    read_at = serializers.DateTimeField(required=False)
    metadata = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    category = serializers.CharField()
    language = serializers.ChoiceField(choices=Language.choices)


class TemplateAnswer(serializers.Serializer[Any]):
    """One template; ``subject`` and ``content`` are in the reader's language."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField()
    name = serializers.CharField()
    type = serializers.ChoiceField(choices=Channel.choices)
    subject = serializers.CharField()
    content = serializers.CharField()
    variables = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    category = serializers.CharField()
    subject_ar = serializers.CharField()
    subject_en = serializers.CharField()
    content_ar = serializers.CharField()
    content_en = serializers.CharField()
    is_default = serializers.BooleanField(
        help_text="One of the system's, which notices of events are made by."
    )
    is_edited = serializers.BooleanField(help_text="The company words it itself.")


class PreferencesAnswer(serializers.Serializer[Any]):
    """How a person wants to be told; quiet hours that nobody chose are left out."""

    user_id = serializers.UUIDField()
    language = serializers.ChoiceField(choices=Language.choices)
    email_enabled = serializers.BooleanField()
    sms_enabled = serializers.BooleanField()
    push_enabled = serializers.BooleanField()
    in_app_enabled = serializers.BooleanField()
    categories = serializers.DictField(child=serializers.DictField(child=serializers.BooleanField()))
    quiet_hours_start = serializers.CharField(required=False)
    quiet_hours_end = serializers.CharField(required=False)
    timezone = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class PreviewAnswer(serializers.Serializer[Any]):
    """A template as a reader of ``language`` would see it."""

    language = serializers.ChoiceField(choices=Language.choices)
    subject = serializers.CharField()
    content = serializers.CharField()


class NotificationListAnswer(Answer):
    """Answer of GET /notifications."""

    notifications = NotificationAnswer(many=True)
    pagination = Pagination()


class OneNotificationAnswer(Answer):
    """A single notice."""

    notification = NotificationAnswer()


class DoneAnswer(Answer):
    """Something was done."""

    message = serializers.CharField()


class TemplateListAnswer(Answer):
    """Answer of GET /templates."""

    templates = TemplateAnswer(many=True)
    pagination = Pagination()


class OneTemplateAnswer(Answer):
    """A single template."""

    template = TemplateAnswer()


class OnePreviewAnswer(Answer):
    """Answer of POST /templates/{id}/preview."""

    preview = PreviewAnswer()


class OnePreferencesAnswer(Answer):
    """The reader's preferences."""

    preferences = PreferencesAnswer()


NOTICE_FIELDS = tuple(NotificationAnswer().fields.keys())
PREFERENCE_FIELDS = tuple(PreferencesAnswer().fields.keys())
NOTICE_ROW = Row({name: name for name in NOTICE_FIELDS}, required=("title", "message"))

_ROW_FIELDS = tuple(sorted(set(TemplateAnswer().fields.keys()) - {"subject", "content"}))


def _template_row(first: str, second: str) -> Row:
    """A row of the list of templates, with the texts in one of the two languages, too."""
    read = {
        name: Coalesce(
            NullIf(f"{name}_{first}", Value("")),
            NullIf(f"{name}_{second}", Value("")),
            Value(""),
            output_field=TextField(),
        )
        for name in ("subject", "content")
    }
    return Row({**{name: name for name in _ROW_FIELDS}, **read}, required=_TEXTS)


_TEXTS = ("subject", "content", "subject_ar", "subject_en", "content_ar", "content_en")
TEMPLATE_ROWS = {
    Language.ARABIC.value: _template_row("ar", "en"),
    Language.ENGLISH.value: _template_row("en", "ar"),
}
"""A row of the list of templates by its reader's language."""


def notification_json(notice: Notification) -> dict[str, Any]:
    """The notice as ``NotificationAnswer`` describes it."""
    values = {name: getattr(notice, name) for name in NOTICE_FIELDS}
    return {name: value for name, value in values.items() if value is not None}


def template_json(template: Template, language: str) -> dict[str, Any]:
    """The template as ``TemplateAnswer`` describes it."""
    return {
        **{name: getattr(template, name) for name in _ROW_FIELDS},
        "subject": template.subject_in(language),
        "content": template.content_in(language),
    }


def preferences_json(preference: Preference) -> dict[str, Any]:
    """The preferences as ``PreferencesAnswer`` describes them."""
    values = {name: getattr(preference, name) for name in PREFERENCE_FIELDS}
    for name in ("quiet_hours_start", "quiet_hours_end"):
        if values[name] is not None:
            values[name] = values[name].strftime("%H:%M")
    return {name: value for name, value in values.items() if value is not None}
