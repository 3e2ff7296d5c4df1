"""What events have told of people, leaves, deductions and papers, as far as it is counted.

One row for each, with the state after the last event about it; nothing refers to anything by a foreign key,
because a parked event may leave out what another one refers to.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from analytics_service.analytics.choices import ExpiringKind, ItemKind


class EmploymentFact(models.Model):
    """One employment.

    ``departments`` are pairs of a day and a department's id (or null), the first pair without a day: where
    the person began. ``joined_on`` and ``left_on`` are the days that count; they are null for those who are
    not counted (an import told of somebody who had left) or are still there.
    """

    employee_id = models.UUIDField(_("employee"), primary_key=True)
    company_id = models.UUIDField(_("company"))
    is_counted = models.BooleanField(_("counted"))
    hire_date = models.DateField(_("hire date"), null=True)
    known_on = models.DateField(_("told of on"))
    last_day = models.DateField(_("last day"), null=True)
    ended_on = models.DateField(_("end told of on"), null=True)
    nationality = models.CharField(_("nationality"), max_length=200, blank=True)
    departments = models.JSONField(_("departments"))
    joined_on = models.DateField(_("joined on"), null=True)
    left_on = models.DateField(_("left on"), null=True)

    class Meta:
        db_table = "employment_facts"
        verbose_name = _("employment")
        verbose_name_plural = _("employments")
        constraints = [
            models.CheckConstraint(
                condition=Q(joined_on__isnull=False, is_counted=True)
                | Q(joined_on__isnull=True, left_on__isnull=True, is_counted=False),
                name="who_is_counted_has_joined",
                violation_error_message=_("Whoever is counted has joined on a day."),
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=models.F("joined_on")),
                name="nobody_leaves_before_joining",
                violation_error_message=_("Nobody leaves before joining."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "joined_on", "employee_id"], name="employments_by_joining"),
            models.Index(
                fields=["company_id", "left_on", "employee_id"],
                name="employments_by_leaving",
                condition=Q(left_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.employee_id)


class EmployeeItem(models.Model):
    """A leave or a deduction of an employee; ``quantity`` is working days or KWD.

    ``ends_on`` is the last day of a leave; a deduction has only the day on which it takes effect.
    """

    id = models.UUIDField(primary_key=True)
    company_id = models.UUIDField(_("company"))
    employee_id = models.UUIDField(_("employee"))
    kind = models.CharField(_("kind"), max_length=20, choices=ItemKind.choices)
    type = models.CharField(_("type"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=50)
    starts_on = models.DateField(_("day"))
    ends_on = models.DateField(_("ends"), null=True)
    quantity = models.DecimalField(_("how much"), max_digits=18, decimal_places=3)

    class Meta:
        db_table = "employee_items"
        verbose_name = _("leave or deduction")
        verbose_name_plural = _("leaves and deductions")
        indexes = [
            models.Index(fields=["employee_id"], name="items_of_an_employee"),
            models.Index(fields=["company_id", "kind", "starts_on", "id"], name="items_by_day"),
            models.Index(
                fields=["company_id", "kind"],
                name="items_that_wait",
                condition=Q(status="pending"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_on}"


class ExpiringItem(models.Model):
    """A licence or a document that ends; what has no end, or is gone, has no row."""

    id = models.UUIDField(primary_key=True)
    company_id = models.UUIDField(_("company"))
    kind = models.CharField(_("kind"), max_length=20, choices=ExpiringKind.choices)
    expires_on = models.DateField(_("last valid day"))

    class Meta:
        db_table = "expiring_items"
        verbose_name = _("licence or document that ends")
        verbose_name_plural = _("licences and documents that end")
        indexes = [models.Index(fields=["company_id", "kind", "expires_on"], name="expiring_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.expires_on}"
