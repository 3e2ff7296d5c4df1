"""What the service's addresses take: bodies and query parameters."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.api.query import ListQuery, StrictQuery
from common.api.serializers import StrictSerializer
from employee_service.employees.api.fields import (
    Day,
    Email,
    Flag,
    Id,
    IsoDay,
    LongText,
    Money,
    NearDay,
    PastDay,
    Text,
)
from employee_service.employees.choices import (
    EmployeeType,
    EmploymentStatus,
    EmploymentType,
    Gender,
    RelationshipKind,
)


class EmployeeFields(StrictSerializer):
    """What a hire and a change have in common."""

    full_name_ar = Text(max_length=200, required=False, allow_blank=True)
    full_name_en = Text(max_length=200, required=False, allow_blank=True)
    phone = Text(max_length=32, required=False, allow_blank=True)
    department_id = Id(required=False, allow_null=True)
    manager_id = Id(required=False, allow_null=True)
    salary = Money(required=False, allow_null=True, help_text=_("In KWD, with at most three decimals."))
    employee_type = serializers.ChoiceField(EmployeeType.choices, required=False, allow_blank=True)
    nationality = Text(max_length=64, required=False, allow_blank=True)


class CreateEmployeeRequest(EmployeeFields):
    """A person to hire.

    ``user_id`` names an account of this company to take; without it the hire makes one. ``employee_id`` is
    the employee's number; without it the next free one is given. ``company_id`` is for super administrators,
    whose tokens serve every company.
    """

    company_id = Id(required=False)
    user_id = Id(required=False)
    employee_id = Text(max_length=32, required=False)
    first_name = Text(max_length=100)
    last_name = Text(max_length=100)
    email = Email(max_length=254)
    position = Text(max_length=100)
    hire_date = NearDay()
    employment_type = serializers.ChoiceField(EmploymentType.choices, default=EmploymentType.FULL_TIME)


class UpdateEmployeeRequest(EmployeeFields):
    """Fields to change; those that are missing stay as they are."""

    first_name = Text(max_length=100, required=False)
    last_name = Text(max_length=100, required=False)
    email = Email(max_length=254, required=False)
    position = Text(max_length=100, required=False)
    hire_date = NearDay(required=False)
    employment_status = serializers.ChoiceField(EmploymentStatus.choices, required=False)
    employment_type = serializers.ChoiceField(EmploymentType.choices, required=False)
    is_active = Flag(required=False)
    civil_id = Text(max_length=32, required=False, allow_blank=True)
    civil_id_expiry = Day(required=False, allow_null=True)
    passport_number = Text(max_length=32, required=False, allow_blank=True)
    passport_expiry = Day(required=False, allow_null=True)
    residence_number = Text(max_length=32, required=False, allow_blank=True)
    residence_expiry = Day(required=False, allow_null=True)
    effective_date = PastDay(
        required=False, help_text=_("From when the record of the employment has the change; else today.")
    )
    reason = LongText(required=False, allow_blank=True, help_text=_("For the record of the employment."))


class TerminateEmployeeRequest(StrictSerializer):
    """The end of an employment."""

    termination_date = NearDay(help_text=_("The last day. Access ends at once, whatever day this is."))
    reason = Text(max_length=1000, required=False, allow_blank=True, default="")
    exit_interview_conducted = Flag(required=False, default=False)


class Address(StrictSerializer):
    """Where somebody lives."""

    street = Text(max_length=200, required=False, allow_blank=True)
    city = Text(max_length=100, required=False, allow_blank=True)
    state = Text(max_length=100, required=False, allow_blank=True)
    zip_code = Text(max_length=20, required=False, allow_blank=True)
    country = Text(max_length=100, required=False, allow_blank=True)


class Education(StrictSerializer):
    """A degree."""

    degree = Text(max_length=200, required=False)
    field = Text(max_length=200, required=False)
    institution = Text(max_length=200, required=False)
    graduation_year = serializers.IntegerField(min_value=1900, max_value=2200, required=False)


class WorkExperience(StrictSerializer):
    """An employment somewhere else."""

    company = Text(max_length=200, required=False)
    position = Text(max_length=200, required=False)
    start_date = IsoDay(required=False)
    end_date = IsoDay(required=False, allow_null=True)
    description = Text(max_length=2000, required=False, allow_blank=True)


class UpdateProfileRequest(StrictSerializer):
    """Personal details to change; those that are missing stay as they are."""

    date_of_birth = PastDay(required=False, allow_null=True)
    gender = serializers.ChoiceField(Gender.choices, required=False, allow_blank=True)
    marital_status = Text(max_length=32, required=False, allow_blank=True)
    address = Address(required=False)
    emergency_contact_name = Text(max_length=200, required=False, allow_blank=True)
    emergency_contact_phone = Text(max_length=32, required=False, allow_blank=True)
    emergency_contact_relationship = Text(max_length=64, required=False, allow_blank=True)
    skills = serializers.ListField(child=Text(max_length=100), max_length=100, required=False)
    certifications = serializers.ListField(child=Text(max_length=200), max_length=100, required=False)
    education: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=Education(), max_length=50, required=False
    )
    work_experience: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=WorkExperience(), max_length=50, required=False
    )


class CreateRelationshipRequest(StrictSerializer):
    """A line to another employee; one to a manager begins today and replaces the one before."""

    related_employee_id = Id()
    kind = serializers.ChoiceField(RelationshipKind.choices)
    start_date = Day(required=False)
    end_date = Day(required=False)


class EmployeeQuery(ListQuery):
    """What the list of employees takes."""

    search = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=200,
        help_text=_(
            "The beginning of a name or part of a name, a number, an e-mail address or a phone number."
        ),
    )
    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))
    department_id = serializers.UUIDField(required=False)
    employment_status = serializers.ChoiceField(EmploymentStatus.choices, required=False)
    employment_type = serializers.ChoiceField(EmploymentType.choices, required=False)
    is_active = serializers.BooleanField(required=False)


class StatisticsQuery(StrictQuery):
    """What the statistics take."""

    company_id = serializers.UUIDField(required=False, help_text=_("For super administrators only."))
