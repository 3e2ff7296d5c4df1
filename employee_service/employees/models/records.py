"""What the records of an employee's working life have in common."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from employee_service.employees.models.employee import Employee


class EmployeeRecord(models.Model):
    """A row about one employee, in the employee's company: the composite foreign key is made by SQL."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    employee = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="%(class)ss",
        verbose_name=pgettext_lazy("model", "employee"),
    )
    version = models.IntegerField(_("version"), default=1, editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class BroughtRecord(EmployeeRecord):
    """A record that the old system may have known.

    ``old_values`` keeps what it said that has no column here, and what could not be carried as it stood.
    """

    old_id = models.CharField(
        _("id in the old system"), max_length=64, blank=True, db_default="", default="", editable=False
    )
    old_values = models.JSONField(
        _("other values of the old system"), db_default={}, default=dict, blank=True, editable=False
    )

    class Meta(EmployeeRecord.Meta):
        abstract = True
