"""How many people a company employs: a ledger that only grows, and totals folded from it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.days import today
from company_service.companies.models.base import Row
from company_service.companies.models.companies import Company


class HeadcountEntry(models.Model):
    """One person more or fewer, and why; ``source_key`` makes each cause count once.

    Rows are never changed or deleted, which a trigger of the migrations sees to; but what an import brought
    goes when it is taken back (``services.histories``), because it never was. Only ``folded`` is set, once, by
    the fold: a marker for each row and not the id folded to, because a transaction with a lower id may commit
    after the fold has passed it. ``department_id`` has no foreign key: the history outlives departments; and
    ``company_id`` none in the database: people may be told of before their company is known, and after it
    was taken back. ``happened_on`` is the day from which it is so, the day of counting at the latest.
    """

    id = models.BigAutoField(primary_key=True)
    company = models.ForeignKey(
        Company,
        on_delete=models.DO_NOTHING,
        related_name="headcount_entries",
        verbose_name=_("company"),
        db_index=False,
        db_constraint=False,
    )
    department_id = models.UUIDField(_("department's id"), null=True, blank=True)
    employee_id = models.UUIDField(_("employee's id"))
    saga_id = models.UUIDField(_("saga"), null=True, blank=True)
    source_key = models.TextField(_("source"))
    delta = models.SmallIntegerField(_("change"))
    reason = models.CharField(_("reason"), max_length=100)
    happened_on = models.DateField(pgettext_lazy("headcount", "since"), default=today)
    folded = models.BooleanField(_("in the total"), default=False, db_default=False)
    created_at = models.DateTimeField(_("created"), db_default=Now())

    class Meta:
        db_table = "headcount_ledger"
        verbose_name = _("headcount entry")
        verbose_name_plural = _("headcount ledger")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "source_key"], name="each_cause_counts_once"),
            models.CheckConstraint(name="an_entry_changes_the_headcount", condition=~Q(delta=0)),
            models.CheckConstraint(name="an_entry_has_a_source", condition=~Q(source_key="")),
        ]
        indexes = [
            models.Index(
                fields=["company"], include=["delta"], name="headcount_not_folded", condition=Q(folded=False)
            ),
            models.Index(
                fields=["company", "department_id"],
                include=["delta"],
                name="headcount_of_departments",
                condition=Q(department_id__isnull=False),
            ),
            models.Index(fields=["employee_id"], name="headcount_of_an_employee"),
            models.Index(fields=["company", "happened_on"], include=["delta"], name="headcount_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.delta:+d} {self.source_key}"


class HeadcountTotal(Row):
    """The sum of a company's folded entries; an aggregate of its own, by whose ``version`` its events go."""

    company = models.OneToOneField(
        Company, on_delete=models.PROTECT, related_name="headcount_total", verbose_name=_("company")
    )
    total = models.IntegerField(_("headcount"), default=0)
    version = models.PositiveIntegerField(editable=False, default=1)

    class Meta:
        db_table = "headcount_totals"
        verbose_name = _("headcount")
        verbose_name_plural = _("headcounts")

    def __str__(self) -> str:
        return str(self.total)
