"""Deductions: money held back from an employee's pay."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employee_service.employees.choices import DeductionStatus, DeductionType
from employee_service.employees.models.records import BroughtRecord


class Deduction(BroughtRecord):
    """An amount in KWD, held back from ``effective_date`` on; ``recorded_by`` is an account."""

    deduction_type = models.CharField(_("type of deduction"), max_length=16, choices=DeductionType)
    status = models.CharField(
        _("status"), max_length=16, choices=DeductionStatus, default=DeductionStatus.ACTIVE
    )
    amount = models.DecimalField(_("amount in KWD"), max_digits=12, decimal_places=3)
    effective_date = models.DateField(_("takes effect on"))
    description = models.TextField(pgettext_lazy("deduction", "description"), blank=True)
    recorded_by = models.UUIDField(_("recorded by"), null=True, editable=False)

    class Meta:
        db_table = "deductions"
        verbose_name = _("deduction")
        verbose_name_plural = _("deductions")
        ordering = ["-effective_date", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="a_deduction_is_more_than_nothing",
                violation_error_message=_("The amount must be more than nothing."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-effective_date", "-id"], name="deductions_by_date"),
            models.Index(
                fields=["company_id", "employee", "-effective_date", "-id"], name="deductions_by_employee"
            ),
            models.Index(fields=["-effective_date", "-id"], name="deductions_of_all_companies"),
        ]

    def __str__(self) -> str:
        return f"{self.get_deduction_type_display()} {self.amount}"
