"""What the addresses of events and figures may be asked for."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from analytics_service.analytics.choices import GroupBy, Producer
from analytics_service.analytics.figures import Period
from common.api.query import ListQuery, StrictQuery
from common.days import today

LONGEST_PERIOD = 3_660
FIRST_DAY = date(1900, 1, 1)
LAST_BEFORE_FIRST = _("The last day cannot be before the first.")
ONLY_FOR_ALL = _("For super administrators; anybody else sees their own company anyway.")


def grouping(*kinds: GroupBy) -> serializers.ChoiceField:
    """A choice of how to divide a figure."""
    return serializers.ChoiceField([(kind.value, kind.label) for kind in kinds], default=GroupBy.NONE.value)


class EventQuery(ListQuery):
    """Filters of the stored events. A page is counted, which takes long where there are millions."""

    type = serializers.CharField(required=False, max_length=100)
    producer = serializers.ChoiceField(choices=Producer.choices, required=False)
    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)
    aggregate_id = serializers.UUIDField(required=False)

    def get_fields(self) -> dict[str, Any]:
        """``from`` and ``to`` as well, which Python keeps for itself."""
        fields = super().get_fields()
        fields["from"] = serializers.DateTimeField(required=False, help_text=_("Happened then or later."))
        fields["to"] = serializers.DateTimeField(required=False, help_text=_("Happened before."))
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Without a page the list goes by cursor and counts nothing."""
        attrs = super().validate(attrs)
        return attrs if "page" in attrs else {"cursor": "", **attrs}


class HeadcountQuery(StrictQuery):
    """Whose headcount, on which day (today, unless it is said)."""

    as_of = serializers.DateField(required=False)
    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)
    group_by = grouping(GroupBy.NONE, GroupBy.DEPARTMENT, GroupBy.NATIONALITY, GroupBy.COMPANY)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Today when no day is given."""
        return {"as_of": today(), **attrs}


class PeriodQuery(StrictQuery):
    """Which days, both inclusive: from the first of this month to today, unless it is said."""

    company_id = serializers.UUIDField(required=False, help_text=ONLY_FOR_ALL)
    group_by = grouping(GroupBy.NONE, GroupBy.DEPARTMENT, GroupBy.NATIONALITY, GroupBy.COMPANY, GroupBy.MONTH)

    def get_fields(self) -> dict[str, Any]:
        """``from`` and ``to`` as well, which Python keeps for itself."""
        fields = super().get_fields()
        fields["from"] = serializers.DateField(required=False)
        fields["to"] = serializers.DateField(required=False)
        return fields

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The days as a ``period``."""
        last = attrs.pop("to", None) or today()
        first = attrs.pop("from", None) or last.replace(day=1)
        return {**attrs, "period": period_of(first, last)}


class TypedPeriodQuery(PeriodQuery):
    """Days of what comes in types, such as leave."""

    group_by = grouping(*GroupBy)


def period_of(first: date, last: date, *, names: Collection[str] = ("from", "to")) -> Period:
    """The days from ``first`` to ``last``; raises ValidationError when they are no period, or too many."""
    since, until = names
    if first < FIRST_DAY:
        raise serializers.ValidationError({since: [_("Figures begin with the year 1900.")]})
    if last < first:
        raise serializers.ValidationError({until: [LAST_BEFORE_FIRST]})
    if last - first > timedelta(days=LONGEST_PERIOD):
        raise serializers.ValidationError({until: [_("At most ten years can be asked for at once.")]})
    return Period(first, last)
