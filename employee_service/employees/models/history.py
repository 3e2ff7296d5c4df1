"""The dated record of an employment: what changed, from which day, by whose hand."""

from uuid import uuid4

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.security.encryption.fields import EncryptedDecimalField
from employee_service.employees.choices import HistoryKind
from employee_service.employees.models.employee import Employee


class EmploymentEvent(models.Model):
    """One change of an employment; rows are added and never changed.

    ``old_value`` and ``new_value`` are the words of the field that changed: a status, a position, a day as
    ISO 8601, or the id of a department or manager; empty stands for none. A pay is in the two salary columns
    only, which not everybody who sees the record may see.
    """

    id = models.BigAutoField(primary_key=True)
    # What the salaries are sealed for: the number of a row is known after the insert only.
    seal_id = models.UUIDField(default=uuid4, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    employee = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="history",
        verbose_name=pgettext_lazy("model", "employee"),
    )
    kind = models.CharField(pgettext_lazy("history", "what changed"), max_length=32, choices=HistoryKind)
    effective_date = models.DateField(pgettext_lazy("history", "from"))
    reason = models.TextField(pgettext_lazy("history", "reason"), blank=True)
    old_value = models.TextField(pgettext_lazy("history", "before"), blank=True)
    new_value = models.TextField(pgettext_lazy("history", "after"), blank=True)
    old_salary = EncryptedDecimalField(
        _("salary before"), max_digits=12, decimal_places=3, row="seal_id", null=True, blank=True
    )
    new_salary = EncryptedDecimalField(
        _("salary after"), max_digits=12, decimal_places=3, row="seal_id", null=True, blank=True
    )
    actor_id = models.UUIDField(_("changed by"), null=True, editable=False)
    created_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        db_table = "employment_events"
        verbose_name = _("entry of the employment record")
        verbose_name_plural = _("employment record")
        ordering = ["-effective_date", "-id"]
        indexes = [
            models.Index(
                fields=["company_id", "employee", "-effective_date", "-id"], name="history_by_employee"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_date:%Y-%m-%d} {self.get_kind_display()}"
