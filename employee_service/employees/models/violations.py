"""Violations: rules of the company that an employee broke."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employee_service.employees.choices import Severity, ViolationType
from employee_service.employees.models.records import BroughtRecord


class Violation(BroughtRecord):
    """What happened on a day; ``reported_by`` is an account."""

    violation_type = models.CharField(_("type of violation"), max_length=16, choices=ViolationType)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity, default=Severity.MEDIUM)
    occurred_on = models.DateField(_("happened on"))
    description = models.TextField(pgettext_lazy("violation", "what happened"))
    reported_by = models.UUIDField(_("reported by"), null=True, editable=False)

    class Meta:
        db_table = "violations"
        verbose_name = _("violation")
        verbose_name_plural = _("violations")
        ordering = ["-occurred_on", "-id"]
        indexes = [
            models.Index(fields=["company_id", "-occurred_on", "-id"], name="violations_by_day"),
            models.Index(
                fields=["company_id", "employee", "-occurred_on", "-id"], name="violations_by_employee"
            ),
            models.Index(fields=["-occurred_on", "-id"], name="violations_of_all_companies"),
        ]

    def __str__(self) -> str:
        return f"{self.get_violation_type_display()} {self.occurred_on:%Y-%m-%d}"
