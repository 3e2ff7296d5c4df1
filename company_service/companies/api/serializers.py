"""The shapes of companies, departments and settings on the wire, as the contract has them.

A value that nobody has given is left out of an answer: the contract's fields are not nullable.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.fields import Name
from common.api.query import ListQuery, StrictQuery
from common.api.serializers import StrictSerializer
from company_service.companies.choices import CompanySize, SubscriptionPlan
from company_service.companies.models import Company, CompanySetting, Department
from company_service.companies.selectors import CompanyStatistics

ADDRESS = ("street", "city", "state", "zip_code", "country")
COMPANY_FIELDS = (
    "id", "name", "name_ar", "description", "industry", "size", "website", "phone", "email", "logo_url",
    "is_active", "subscription_plan", "subscription_expires_at", "seat_limit", "created_at", "updated_at",
)  # fmt: skip


class Given(serializers.ModelSerializer[Any]):
    """An answer without the values that nobody has given."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """See the class."""
        values = super().to_representation(instance)
        return {name: value for name, value in values.items() if value not in (None, "", {})}


class AddressOut(Given):
    """Where a company is."""

    class Meta:
        model = Company
        fields = ADDRESS


class CompanyOut(Given):
    """A company."""

    address = AddressOut(source="*", required=False)
    is_active = serializers.BooleanField()
    subscription_plan = serializers.ChoiceField(SubscriptionPlan.choices)

    class Meta:
        model = Company
        fields = (*COMPANY_FIELDS, "address")


class DepartmentOut(Given):
    """A department; ``employee_count`` is of the people directly in it."""

    company_id = serializers.UUIDField()
    parent_department_id = serializers.UUIDField(source="parent_id", required=False)
    budget = serializers.FloatField(required=False, help_text=_("KWD"))
    employee_count = serializers.IntegerField()
    is_active = serializers.BooleanField()

    class Meta:
        model = Department
        fields = (
            "id", "company_id", "name", "name_ar", "description", "manager_id", "parent_department_id",
            "budget", "employee_count", "is_active", "created_at", "updated_at",
        )  # fmt: skip


class SettingOut(serializers.ModelSerializer[CompanySetting]):
    """A named value of a company."""

    company_id = serializers.UUIDField()
    setting_key = serializers.CharField(source="key")
    setting_value = serializers.CharField(source="value")
    description = serializers.CharField()
    is_public = serializers.BooleanField()

    class Meta:
        model = CompanySetting
        fields = (
            "company_id", "setting_key", "setting_value", "description", "is_public", "created_at",
            "updated_at",
        )  # fmt: skip


class StatisticsOut(serializers.Serializer[Any]):
    """The size of a company by its headcount ledger, and how it changed in the last twelve months.

    A rate is left out where it cannot be told: of a company that had nobody.
    """

    company_id = serializers.UUIDField()
    total_employees = serializers.IntegerField(source="total")
    active_employees = serializers.IntegerField(source="active")
    departments_count = serializers.IntegerField()
    employee_growth_rate = serializers.FloatField(
        source="growth_rate", required=False, help_text=_("Per cent")
    )
    turnover_rate = serializers.FloatField(required=False, help_text=_("Per cent"))
    last_updated = serializers.DateTimeField(source="taken_at")

    def to_representation(self, instance: CompanyStatistics) -> dict[str, Any]:
        """See the class."""
        values = super().to_representation(instance)
        return {name: value for name, value in values.items() if value is not None}


class AddressIn(StrictSerializer):
    """An address replaces the one before: what it leaves out becomes empty."""

    street = serializers.CharField(max_length=255, allow_blank=True, default="")
    city = serializers.CharField(max_length=100, allow_blank=True, default="")
    state = serializers.CharField(max_length=100, allow_blank=True, default="")
    zip_code = serializers.CharField(max_length=20, allow_blank=True, default="")
    country = serializers.CharField(max_length=100, allow_blank=True, default="")


class CompanyUpdateIn(StrictSerializer):
    """Changes of a company; what is left out stays."""

    name = Name(max_length=255, required=False)
    name_ar = Name(max_length=255, required=False, allow_blank=True)
    description = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=100, required=False, allow_blank=True)
    size = serializers.ChoiceField(CompanySize.choices, required=False)
    website = serializers.URLField(max_length=500, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=50, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    logo_url = serializers.URLField(max_length=500, required=False, allow_blank=True)
    address = AddressIn(required=False)
    subscription_plan = serializers.ChoiceField(SubscriptionPlan.choices, required=False)
    subscription_expires_at = serializers.DateTimeField(required=False, allow_null=True)
    seat_limit = serializers.IntegerField(min_value=0, max_value=10_000_000, required=False, allow_null=True)
    is_active = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The parts of the address as fields of the company."""
        address = attrs.pop("address", {})
        return {**attrs, **address}


class CompanyCreateIn(CompanyUpdateIn):
    """A new company."""

    name = Name(max_length=255)
    # A company begins active.
    is_active = None  # type: ignore[assignment]


class DepartmentUpdateIn(StrictSerializer):
    """Changes of a department; what is left out stays, null takes away."""

    name = Name(max_length=100, required=False)
    name_ar = Name(max_length=100, required=False, allow_blank=True)
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    manager_id = serializers.UUIDField(required=False, allow_null=True)
    parent_department_id = serializers.UUIDField(source="parent_id", required=False, allow_null=True)
    budget = serializers.DecimalField(
        max_digits=15, decimal_places=3, min_value=0, required=False, allow_null=True
    )
    is_active = serializers.BooleanField(required=False)


class DepartmentCreateIn(DepartmentUpdateIn):
    """A new department."""

    name = Name(max_length=100)
    # A department begins active.
    is_active = None  # type: ignore[assignment]


class SettingIn(StrictSerializer):
    """A setting to be set."""

    setting_key = serializers.CharField(source="key", max_length=100)
    setting_value = serializers.CharField(
        source="value", max_length=10_000, allow_blank=True, trim_whitespace=False
    )
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    is_public = serializers.BooleanField(required=False)


class CompanyQuery(ListQuery):
    """Filters of the list of companies."""

    search = serializers.CharField(max_length=255, required=False, allow_blank=True)
    industry = serializers.CharField(max_length=100, required=False, allow_blank=True)
    size = serializers.ChoiceField(CompanySize.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class DepartmentQuery(ListQuery):
    """Filters of a list of departments."""

    search = serializers.CharField(max_length=255, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)


class SettingQuery(StrictQuery):
    """Filter of a company's settings."""

    key = serializers.CharField(max_length=100, required=False, allow_blank=True)


def filters(query: Mapping[str, Any]) -> dict[str, Any]:
    """What is left of a list's query without its paging."""
    return {name: value for name, value in query.items() if name not in {"page", "limit", "cursor"}}
