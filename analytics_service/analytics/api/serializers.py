"""The shapes of events and figures on the wire."""

from typing import Any

from rest_framework import serializers

from analytics_service.analytics.choices import Producer
from analytics_service.analytics.models import StoredEvent
from analytics_service.analytics.selectors import Headcount
from common.api.answers import Answer
from common.api.query import StrictQuery


class EventQuery(StrictQuery):
    """By cursor only: counting every event for each page would cost more than the page."""

    type = serializers.CharField(required=False, max_length=100)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
    cursor = serializers.CharField(default="", allow_blank=True, max_length=1000)


class EventAnswer(serializers.Serializer[Any]):
    """One event; ``payload`` is what its producer published."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    producer = serializers.ChoiceField(choices=Producer.choices)
    position = serializers.IntegerField()
    company_id = serializers.UUIDField(allow_null=True)
    aggregate_id = serializers.UUIDField()
    version = serializers.IntegerField()
    actor_id = serializers.UUIDField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    payload = serializers.DictField()


class CursorPagination(serializers.Serializer[Any]):
    """How many were asked for, and where the list goes on."""

    limit = serializers.IntegerField()
    next_cursor = serializers.CharField(allow_null=True)


class EventListAnswer(Answer):
    """Answer of GET /events."""

    events = EventAnswer(many=True)
    pagination = CursorPagination()


class HeadcountAnswer(serializers.Serializer[Any]):
    """The people one company employs."""

    company_id = serializers.UUIDField()
    headcount = serializers.IntegerField()
    counted_at = serializers.DateTimeField()


class HeadcountListAnswer(Answer):
    """Answer of GET /metrics/headcount."""

    total = serializers.IntegerField()
    companies = HeadcountAnswer(many=True)


EVENT_FIELDS = tuple(EventAnswer().fields)


def event_json(event: StoredEvent) -> dict[str, Any]:
    """The event as ``EventAnswer`` describes it."""
    return {name: getattr(event, name) for name in EVENT_FIELDS}


def headcount_json(figure: Headcount) -> dict[str, Any]:
    """The figure as ``HeadcountAnswer`` describes it."""
    return figure._asdict()
