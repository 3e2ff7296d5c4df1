"""The shapes of notices and templates on the wire."""

from typing import Any

from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.query import ListQuery
from notification_service.notifications.choices import Channel, Priority, Status
from notification_service.notifications.models import Notification, Template


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


class TemplateAnswer(serializers.Serializer[Any]):
    """One template."""

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


class NotificationListAnswer(Answer):
    """Answer of GET /notifications."""

    notifications = NotificationAnswer(many=True)
    pagination = Pagination()


class OneNotificationAnswer(Answer):
    """Answer of GET /notifications/{id}."""

    notification = NotificationAnswer()


class TemplateListAnswer(Answer):
    """Answer of GET /templates."""

    templates = TemplateAnswer(many=True)
    pagination = Pagination()


TEMPLATE_FIELDS = tuple(TemplateAnswer().fields)


def notification_json(notice: Notification) -> dict[str, Any]:
    """The notice as ``NotificationAnswer`` describes it."""
    optional = {
        "template_id": notice.template_id,
        "scheduled_at": notice.scheduled_at,
        "sent_at": notice.sent_at,
        "read_at": notice.read_at,
    }
    return {
        "id": notice.id,
        "company_id": notice.company_id,
        "user_id": notice.user_id,
        "type": notice.type,
        "title": notice.title,
        "message": notice.message,
        "status": notice.status,
        "priority": notice.priority,
        **{name: value for name, value in optional.items() if value is not None},
        "metadata": notice.metadata,
        "created_at": notice.created_at,
        "updated_at": notice.updated_at,
    }


def template_json(template: Template) -> dict[str, Any]:
    """The template as ``TemplateAnswer`` describes it."""
    return {name: getattr(template, name) for name in TEMPLATE_FIELDS}
