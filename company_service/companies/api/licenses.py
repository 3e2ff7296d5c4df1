"""The shapes of licences on the wire. A value that nobody has given is left out of an answer."""

from datetime import date
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.fields import Name
from common.api.query import ListQuery
from common.api.rows import Row
from common.api.serializers import StrictSerializer
from company_service.companies.api.serializers import Given
from company_service.companies.choices import LicenseStatus, LicenseType, PeriodStatus
from company_service.companies.models import License, LicensePeriod
from company_service.companies.selectors import DaysUntil, license_periods, status_on

# What a licence can say; outside of it a date is a slip of the hand.
EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
_PLAIN = (
    "id", "company_id", "number", "name", "type", "issuing_authority", "issued_on", "expires_on", "location",
    "description", "created_at", "updated_at",
)  # fmt: skip
_PLAIN_ROW = Row({name: name for name in _PLAIN})


def license_row(today: date) -> Row:
    """A row of a list of licences as of ``today``."""
    return _PLAIN_ROW.also({"status": status_on(today), "days_left": DaysUntil("expires_on", today)})


class LicenseRowOut(Given):
    """A licence; ``days_left`` until its last valid day is negative after it."""

    company_id = serializers.UUIDField()
    status = serializers.ChoiceField(LicenseStatus.choices, source="shown_status")
    days_left = serializers.IntegerField(required=False)

    class Meta:
        model = License
        fields: tuple[str, ...] = (*_PLAIN, "status", "days_left")


class PeriodOut(Given):
    """A period of a licence."""

    status = serializers.ChoiceField(PeriodStatus.choices, default=PeriodStatus.RENEWED)
    renewed_at = serializers.DateTimeField(required=False)
    renewed_by = serializers.UUIDField(required=False)

    class Meta:
        model = LicensePeriod
        fields = ("status", "number", "issued_on", "expires_on", "renewed_at", "renewed_by")


class LicenseOut(LicenseRowOut):
    """A licence with the chain of its periods, the current one first."""

    periods = serializers.SerializerMethodField()

    class Meta(LicenseRowOut.Meta):
        fields = (*LicenseRowOut.Meta.fields, "periods")

    @extend_schema_field(PeriodOut(many=True))
    def get_periods(self, found: License) -> Any:
        """The running period and those that renewals have ended."""
        names = ("number", "issued_on", "expires_on")
        running = {"status": PeriodStatus.CURRENT, **{name: getattr(found, name) for name in names}}
        return PeriodOut([running, *license_periods(found.id)], many=True).data


class LicenseDate(serializers.DateField):
    """A date that can stand on a licence."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[MinValueValidator(EARLIEST), MaxValueValidator(LATEST)], **kwargs)


class LicenseUpdateIn(StrictSerializer):
    """Corrections of a licence; what is left out stays, null takes away."""

    number = Name(max_length=100, required=False)
    name = Name(max_length=255, required=False)
    type = serializers.ChoiceField(LicenseType.choices, required=False)
    status = serializers.ChoiceField(LicenseStatus.choices, required=False)
    issuing_authority = Name(max_length=255, required=False, allow_blank=True)
    issued_on = LicenseDate(required=False, allow_null=True)
    expires_on = LicenseDate(required=False, allow_null=True)
    location = serializers.CharField(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=2000, required=False, allow_blank=True)


class LicenseCreateIn(LicenseUpdateIn):
    """A new licence; without a status it follows from the last valid day."""

    number = Name(max_length=100)
    name = Name(max_length=255)
    type = serializers.ChoiceField(LicenseType.choices)


class LicenseRenewIn(StrictSerializer):
    """The next period of a licence, under another number if it got one."""

    issued_on = LicenseDate()
    expires_on = LicenseDate()
    number = Name(max_length=100, required=False)


class LicenseQuery(ListQuery):
    """Filters of a company's licences."""

    search = serializers.CharField(max_length=255, required=False, allow_blank=True)
    status = serializers.ChoiceField(LicenseStatus.choices, required=False)
    type = serializers.ChoiceField(LicenseType.choices, required=False)
    expires_before = LicenseDate(required=False)


class ExpiringQuery(ListQuery):
    """How far to look ahead."""

    days = serializers.IntegerField(min_value=0, max_value=365, default=30)
    include_expired = serializers.BooleanField(default=False)


class LicenseList(Answer):
    """A piece of a list of licences."""

    licenses = LicenseRowOut(many=True)
    pagination = Pagination()


class OneLicense(Answer):
    """One licence."""

    license = LicenseOut()
