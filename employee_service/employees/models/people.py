"""What belongs to an employee: the personal profile, and lines to other employees."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.security.encryption.json_field import EncryptedJSONField
from common.security.encryption.marks import MarkField, SealedModel
from employee_service.employees.choices import Gender, RelationshipKind
from employee_service.employees.models.employee import Employee


class EmployeeProfile(SealedModel):
    """Personal details; made when the first of them is written."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    employee = models.OneToOneField(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        related_name="profile",
        verbose_name=_("employee"),
    )
    date_of_birth = models.DateField(_("date of birth"), null=True, blank=True)
    gender = models.CharField(_("gender"), max_length=20, choices=Gender, blank=True)
    marital_status = models.CharField(_("marital status"), max_length=32, blank=True)
    # Keys: street, city, state, zip_code, country.
    address = models.JSONField(_("address"), default=dict, blank=True)
    emergency_contact_name = models.CharField(_("emergency contact"), max_length=200, blank=True)
    emergency_contact_phone = models.CharField(_("emergency phone"), max_length=32, blank=True)
    emergency_contact_relationship = models.CharField(
        pgettext_lazy("next of kin", "relationship"), max_length=64, blank=True
    )
    skills = ArrayField(models.TextField(), verbose_name=_("skills"), default=list, blank=True)
    certifications = ArrayField(
        models.TextField(), verbose_name=_("certifications"), default=list, blank=True
    )
    education = models.JSONField(_("education"), default=list, blank=True)
    work_experience = models.JSONField(_("work experience"), default=list, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    # What the old system recorded and this one has no column for; kept so that nothing is lost. Bank accounts and
    # medical insurances are among it. Sealed for the employee, whose id an import knows before the profile's.
    old_values = EncryptedJSONField(
        _("other values of the old system"), default=dict, blank=True, editable=False, row="employee_id"
    )
    old_values_mark = MarkField(of="old_values")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)

    class Meta:
        db_table = "employee_profiles"
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")

    def __str__(self) -> str:
        return str(self.employee_id)


class Relationship(models.Model):
    """A line from an employee to another of the same company, from one day to another.

    Lines of the kind ``manager`` are the history of ``Employee.manager`` and change only with it.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    employee = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="relationships",
        verbose_name=_("employee"),
    )
    related_employee = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="relationships_to",
        verbose_name=_("related employee"),
    )
    kind = models.CharField(_("kind"), max_length=16, choices=RelationshipKind)
    start_date = models.DateField(_("from"))
    end_date = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        db_table = "relationships"
        verbose_name = _("relationship")
        verbose_name_plural = _("relationships")
        ordering = ["kind", "-start_date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["employee"],
                name="an_employee_has_one_manager_at_a_time",
                condition=Q(kind=RelationshipKind.MANAGER, end_date__isnull=True),
                violation_error_message=_("This employee has a manager already."),
            ),
            models.UniqueConstraint(
                fields=["employee", "related_employee", "kind"],
                name="a_line_between_two_employees_is_open_once",
                condition=Q(end_date__isnull=True),
                violation_error_message=_("This line between the two employees exists already."),
            ),
            models.CheckConstraint(
                condition=~Q(employee=F("related_employee")),
                name="a_line_joins_two_different_employees",
                violation_error_message=_("An employee cannot be related to themselves."),
            ),
            models.CheckConstraint(
                condition=Q(end_date__isnull=True) | Q(end_date__gte=F("start_date")),
                name="a_line_does_not_end_before_it_starts",
                violation_error_message=_("The line cannot end before it starts."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "employee"], name="relationships_by_employee"),
            models.Index(fields=["company_id", "related_employee"], name="relationships_by_related"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.related_employee_id}"
