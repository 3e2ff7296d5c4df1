"""Employees and the terms they are found by."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

import common.search  # noqa: F401  (registers the folded_prefix lookup)
from common.security.encryption.fields import EncryptedDecimalField, EncryptedTextField
from common.security.encryption.marks import MarkField, SealedModel
from employee_service.employees.choices import (
    WORKING,
    EmployeeType,
    EmploymentStatus,
    EmploymentType,
    Lifecycle,
)

LISTED = ~Q(lifecycle=Lifecycle.PENDING) & Q(archived=False)


class HiredManager(models.Manager["Employee"]):
    """Everyone whose hire is complete: a pending record exists for its saga only."""

    def get_queryset(self) -> models.QuerySet["Employee"]:
        """Employees without the pending ones."""
        return super().get_queryset().exclude(lifecycle=Lifecycle.PENDING)


class Employee(SealedModel):
    """A person's employment in one company.

    ``objects`` leaves out hires that are still under way; ``with_pending`` is for the saga's own code.
    """

    # Made before the insert: salary and papers are sealed for it.
    id = models.UUIDField(primary_key=True, default=uuid4, db_default=RandomUUID(), editable=False)
    number = models.CharField(_("number"), max_length=32, db_column="employee_id")
    company_id = models.UUIDField(_("company"))
    user_id = models.UUIDField(_("user account"))
    department_id = models.UUIDField(_("department"), null=True, blank=True)
    # The constraint is a composite one, by SQL: a manager belongs to the same company.
    manager = models.ForeignKey(
        "self",
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="reports",
        verbose_name=_("manager"),
    )

    first_name = models.CharField(_("first name"), max_length=100)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    full_name_ar = models.CharField(_("full name in Arabic"), max_length=200, blank=True)
    full_name_en = models.CharField(_("full name in English"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Stored in lower case."))
    phone = models.CharField(_("phone"), max_length=32, blank=True)

    position = models.CharField(pgettext_lazy("employee", "position"), max_length=100, blank=True)
    hire_date = models.DateField(_("hire date"), null=True, blank=True)
    salary = EncryptedDecimalField(
        _("salary"), max_digits=12, decimal_places=3, minimum=0, null=True, blank=True
    )
    salary_mark = MarkField(of="salary")
    employment_status = models.CharField(
        _("status"), max_length=16, choices=EmploymentStatus, default=EmploymentStatus.ACTIVE
    )
    employment_type = models.CharField(
        _("employment type"), max_length=16, choices=EmploymentType, default=EmploymentType.FULL_TIME
    )
    lifecycle = models.CharField(_("lifecycle"), max_length=8, choices=Lifecycle, default=Lifecycle.PENDING)
    archived = models.BooleanField(_("archived"), default=False)
    termination_date = models.DateField(_("last day"), null=True, blank=True)
    termination_reason = models.TextField(_("reason for leaving"), blank=True)
    exit_interview_conducted = models.BooleanField(_("exit interview held"), default=False)

    employee_type = models.CharField(
        _("citizen or expatriate"), max_length=16, choices=EmployeeType, blank=True
    )
    nationality = models.CharField(_("nationality"), max_length=64, blank=True)
    civil_id = EncryptedTextField(_("civil ID"), max_length=32, blank=True)
    civil_id_mark = MarkField(of="civil_id", searchable=True)
    civil_id_expiry = models.DateField(_("civil ID expires"), null=True, blank=True)
    passport_number = EncryptedTextField(_("passport number"), max_length=32, blank=True)
    passport_number_mark = MarkField(of="passport_number", searchable=True)
    passport_expiry = models.DateField(_("passport expires"), null=True, blank=True)
    residence_number = EncryptedTextField(_("residence number"), max_length=32, blank=True)
    residence_number_mark = MarkField(of="residence_number")
    residence_expiry = models.DateField(_("residence expires"), null=True, blank=True)

    old_id = models.CharField(_("id in the old system"), max_length=64, blank=True, editable=False)
    version = models.IntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)

    objects: ClassVar[HiredManager] = HiredManager()
    with_pending: ClassVar[models.Manager["Employee"]] = models.Manager()

    class Meta:
        db_table = "employees"
        verbose_name = pgettext_lazy("model", "employee")
        verbose_name_plural = _("employees")
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "number"],
                name="an_employee_number_is_used_once_in_a_company",
                violation_error_message=_("Another employee of this company has this number."),
            ),
            models.UniqueConstraint(
                fields=["company_id", "email"],
                name="an_email_belongs_to_one_employee_of_a_company",
                condition=~Q(lifecycle=Lifecycle.ENDED) & ~Q(email=""),
                violation_error_message=_("Another employee of this company has this e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["company_id", "user_id"],
                name="a_person_is_employed_once_in_a_company",
                condition=~Q(lifecycle=Lifecycle.ENDED),
                violation_error_message=_("This person is already employed by this company."),
            ),
            # The target of the composite foreign keys that keep references inside one company.
            models.UniqueConstraint(fields=["company_id", "id"], name="employees_company_and_id"),
            models.CheckConstraint(
                condition=Q(hire_date__isnull=False) | ~Q(old_id=""),
                name="only_an_imported_employee_lacks_a_hire_date",
                violation_error_message=_("The hire date is missing."),
            ),
            models.CheckConstraint(
                condition=(
                    Q(lifecycle=Lifecycle.ENDED, employment_status=EmploymentStatus.TERMINATED)
                    | (~Q(lifecycle=Lifecycle.ENDED) & ~Q(employment_status=EmploymentStatus.TERMINATED))
                ),
                name="whoever_left_is_terminated_and_nobody_else",
                violation_error_message=_("An employment ends by terminating it."),
            ),
            models.CheckConstraint(
                condition=~Q(lifecycle=Lifecycle.ENDED) | Q(termination_date__isnull=False) | ~Q(old_id=""),
                name="whoever_left_has_a_last_day",
                violation_error_message=_("The last day is missing."),
            ),
            models.CheckConstraint(
                condition=Q(termination_date__isnull=True)
                | Q(hire_date__isnull=True)
                | Q(termination_date__gte=F("hire_date")),
                name="the_last_day_is_not_before_the_first",
                violation_error_message=_("The last day cannot be before the hire date."),
            ),
            models.CheckConstraint(
                condition=Q(archived=False) | Q(lifecycle=Lifecycle.ENDED),
                name="only_former_employees_are_archived",
                violation_error_message=_("Only a former employee's record can be archived."),
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("id")),
                name="nobody_manages_themselves",
                violation_error_message=_("Nobody can be their own manager."),
            ),
        ]
        indexes = [
            # Each ends in the order of the list, so that a page is read off it and nothing is sorted.
            models.Index(
                fields=["company_id", "number", "id"],
                name="employees_by_number",
                condition=LISTED,
            ),
            models.Index(
                fields=["company_id", "employment_status", "number", "id"],
                name="employees_by_status",
                condition=LISTED,
            ),
            models.Index(
                fields=["company_id", "department_id", "number", "id"],
                name="employees_by_department",
                condition=LISTED,
            ),
            models.Index(fields=["company_id", "hire_date", "id"], name="employees_by_hire_date"),
            models.Index(
                fields=["company_id", "termination_date"],
                name="employees_by_last_day",
                condition=Q(lifecycle=Lifecycle.ENDED),
            ),
            models.Index(
                fields=["company_id", "manager"],
                name="employees_by_manager",
                condition=Q(manager__isnull=False),
            ),
            models.Index(fields=["user_id"], name="employees_by_user"),
            models.Index(
                fields=["company_id", "civil_id_mark"],
                name="employees_by_civil_id_mark",
                condition=Q(civil_id_mark__isnull=False),
            ),
            models.Index(
                fields=["company_id", "passport_number_mark"],
                name="employees_by_passport_mark",
                condition=Q(passport_number_mark__isnull=False),
            ),
            # The whole question of which dates of expiry are missing, so that it is answered and counted from
            # the index alone.
            models.Index(
                fields=["company_id", "number", "id"],
                name="employees_lacking_an_expiry",
                condition=Q(lifecycle=Lifecycle.CURRENT)
                & (
                    Q(civil_id_expiry=None)
                    | Q(passport_expiry=None)
                    | (Q(residence_expiry=None) & ~Q(employee_type=EmployeeType.CITIZEN))
                ),
                include=[
                    "civil_id_expiry",
                    "passport_expiry",
                    "residence_expiry",
                    "employee_type",
                    "department_id",
                ],
            ),
            # The group's own staff list every company's people.
            models.Index(fields=["number", "id"], name="employees_of_all_companies"),
        ]

    def __str__(self) -> str:
        arabic = self.full_name_ar if get_language() == "ar" else ""
        return f"{self.number} {arabic or self.display_name}"

    @property
    def display_name(self) -> str:
        """The full name in English if there is one, else first and last name."""
        return self.full_name_en or f"{self.first_name} {self.last_name}".strip()

    @property
    def is_active(self) -> bool:
        """Whether the person works here now."""
        return self.lifecycle == Lifecycle.CURRENT and self.employment_status in WORKING


class SearchTerm(models.Model):
    """A folded text that an employee is found by: names from each of their words on, number, e-mail.

    A table of its own because Arabic names have four parts and people look for any of them, and because
    under row-level security only a range of an indexed column is served by an index.
    No foreign key: it would be checked four times a hire, and a term of nobody finds nobody.
    """

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField()
    employee = models.ForeignKey(
        Employee, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="search_terms"
    )
    term = models.TextField()

    class Meta:
        db_table = "employee_search_terms"
        indexes = [
            models.Index(
                fields=["company_id", "term"],
                name="employee_search_by_term",
                opclasses=["uuid_ops", "text_pattern_ops"],
            ),
            models.Index(fields=["company_id", "employee"], name="employee_search_by_employee"),
        ]

    def __str__(self) -> str:
        return self.term
