"""The shapes of events and figures on the wire. A value that there is not is left out."""

from typing import Any

from rest_framework import serializers

from analytics_service.analytics.choices import Producer
from common.api.answers import Answer, Pagination
from common.api.rows import Row


class EventAnswer(serializers.Serializer[Any]):
    """One event; ``payload`` is what its producer published, for those with ``reports:export``."""

    id = serializers.UUIDField()
    type = serializers.CharField()
    producer = serializers.ChoiceField(choices=Producer.choices)
    position = serializers.IntegerField()
    company_id = serializers.UUIDField(required=False)
    aggregate_id = serializers.UUIDField()
    version = serializers.IntegerField()
    actor_id = serializers.UUIDField(required=False)
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    payload = serializers.DictField(required=False)


EVENT_ROW = Row({str(name): str(name) for name in EventAnswer().fields if str(name) != "payload"})


class EventListAnswer(Answer):
    """Answer of GET /events."""

    events = EventAnswer(many=True)
    pagination = Pagination()


class GroupAnswer(serializers.Serializer[Any]):
    """A part of a figure: whose, and how it is called. The part of those who have none lacks the ``key``."""

    key = serializers.CharField(required=False)
    name = serializers.CharField()


class HeadcountGroup(GroupAnswer):
    """The people of one department, nationality or company."""

    headcount = serializers.IntegerField()


class HeadcountAnswer(Answer):
    """Answer of GET /metrics/headcount."""

    as_of = serializers.DateField()
    group_by = serializers.CharField()
    headcount = serializers.IntegerField()
    groups = HeadcountGroup(many=True)
    formula = serializers.CharField()


class PeriodAnswer(Answer):
    """What every figure of a period begins with."""

    group_by = serializers.CharField()
    formula = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        """``from`` and ``to`` as well, which Python keeps for itself."""
        return {"from": serializers.DateField(), "to": serializers.DateField(), **super().get_fields()}


class JoinersGroup(GroupAnswer):
    """Who joined one part."""

    joiners = serializers.IntegerField()


class JoinersAnswer(PeriodAnswer):
    """Answer of GET /metrics/joiners."""

    joiners = serializers.IntegerField()
    groups = JoinersGroup(many=True)


class LeaversGroup(GroupAnswer):
    """Who left one part."""

    leavers = serializers.IntegerField()


class LeaversAnswer(PeriodAnswer):
    """Answer of GET /metrics/leavers."""

    leavers = serializers.IntegerField()
    groups = LeaversGroup(many=True)


class MovementFigures(serializers.Serializer[Any]):
    """How people came and went; without anybody to compare with there are no percentages."""

    opening = serializers.IntegerField()
    closing = serializers.IntegerField()
    joiners = serializers.IntegerField()
    leavers = serializers.IntegerField()
    average_headcount = serializers.FloatField()
    turnover_percent = serializers.FloatField(required=False)
    growth_percent = serializers.FloatField(required=False)


class TurnoverGroup(GroupAnswer, MovementFigures):
    """The movement of one part."""


class TurnoverAnswer(PeriodAnswer, MovementFigures):
    """Answer of GET /metrics/turnover."""

    groups = TurnoverGroup(many=True)


class LeaveGroup(GroupAnswer):
    """The approved leaves of one part."""

    leaves = serializers.IntegerField()
    days = serializers.FloatField()


class LeaveAnswer(PeriodAnswer):
    """Answer of GET /metrics/leave."""

    leaves = serializers.IntegerField()
    days = serializers.FloatField()
    groups = LeaveGroup(many=True)


class DeductionsGroup(GroupAnswer):
    """The deductions of one part; ``amount`` in KWD."""

    deductions = serializers.IntegerField()
    amount = serializers.FloatField()


class DeductionsAnswer(PeriodAnswer):
    """Answer of GET /metrics/deductions."""

    deductions = serializers.IntegerField()
    amount = serializers.FloatField()
    groups = DeductionsGroup(many=True)
