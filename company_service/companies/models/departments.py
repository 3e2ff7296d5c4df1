"""The departments of a company, as a tree."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from company_service.companies.models.base import Row
from company_service.companies.models.companies import Company


class Department(Row):
    """A part of a company, inside another or at the top.

    The foreign key to the parent is (company, parent) and made by the migration: a parent of another
    company is refused by PostgreSQL.
    """

    employee_count: int
    """Where ``selectors.with_employee_count`` has added it."""
    depth: int
    """Where ``selectors.department_tree`` has added it; 1 at the top."""

    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        related_name="departments",
        verbose_name=_("company"),
        db_index=False,
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="children",
        verbose_name=_("inside"),
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
    )
    name = models.CharField(_("name"), max_length=100)
    name_ar = models.CharField(_("name in Arabic"), max_length=100, blank=True, default="")
    name_folded = models.TextField(editable=False)
    name_ar_folded = models.TextField(editable=False, blank=True, default="")
    description = models.CharField(_("description"), max_length=500, blank=True, default="")
    manager_id = models.UUIDField(_("manager's id"), null=True, blank=True)
    budget = models.DecimalField(_("budget (KWD)"), max_digits=15, decimal_places=3, null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    version = models.PositiveIntegerField(editable=False, default=1)

    class Meta:
        db_table = "departments"
        verbose_name = pgettext_lazy("model", "department")
        verbose_name_plural = _("departments")
        constraints = [
            models.UniqueConstraint(fields=["company", "id"], name="a_department_is_of_one_company"),
            models.UniqueConstraint(
                fields=["company", "parent", "name_folded"],
                nulls_distinct=False,
                name="sister_departments_have_different_names",
                violation_error_message=_("There is a department of this name in the same place."),
            ),
            models.CheckConstraint(
                name="a_department_has_a_name",
                condition=~Q(name=""),
                violation_error_message=_("A department has a name."),
            ),
            models.CheckConstraint(
                name="a_department_is_not_inside_itself",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("A department cannot be placed inside itself."),
            ),
            models.CheckConstraint(
                name="a_budget_is_not_negative",
                condition=Q(budget__isnull=True) | Q(budget__gte=0),
                violation_error_message=_("A budget is zero or more."),
            ),
        ]
        indexes = [models.Index(fields=["company", "name_folded", "id"], name="departments_of_a_company_az")]

    def __str__(self) -> str:
        return self.name
