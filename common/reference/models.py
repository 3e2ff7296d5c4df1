"""Read-only copies of other services' rows: enough to show a name without asking another service.

Rows come from events and are tied to nothing by foreign keys: two producers' feeds know no common order.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _


class Reference(models.Model):
    """When the copy last changed here."""

    updated_at = models.DateTimeField(_("copied"), auto_now=True)

    class Meta:
        abstract = True


class CompanyRef(Reference):
    """A company, as the company service last told; ``version`` is the company's own at that event."""

    company_id = models.UUIDField(_("id"), primary_key=True)
    name = models.CharField(_("name"), max_length=255)
    name_ar = models.CharField(_("name in Arabic"), max_length=255, blank=True, default="")
    name_folded = models.TextField(editable=False, default="")
    name_ar_folded = models.TextField(editable=False, default="")
    is_active = models.BooleanField(_("active"), default=True)
    # What the old application called it: what its rows refer to it by.
    old_id = models.CharField(_("id in the old system"), max_length=64, blank=True, db_default="")
    version = models.PositiveIntegerField(_("version"), default=0)

    class Meta:
        db_table = "companies_ref"
        verbose_name = _("company (copy)")
        verbose_name_plural = _("companies (copies)")
        ordering = ["name", "company_id"]
        indexes = [
            models.Index(
                fields=["name_folded"], opclasses=["text_pattern_ops"], name="companies_ref_by_name"
            ),
            models.Index(
                fields=["name_ar_folded"], opclasses=["text_pattern_ops"], name="companies_ref_by_arabic_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DepartmentRef(Reference):
    """A department of a company."""

    department_id = models.UUIDField(_("id"), primary_key=True)
    company_id = models.UUIDField(_("company's id"))
    parent_department_id = models.UUIDField(_("inside"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=100)
    name_ar = models.CharField(_("name in Arabic"), max_length=100, blank=True, default="")
    name_folded = models.TextField(editable=False, default="")
    name_ar_folded = models.TextField(editable=False, default="")
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        db_table = "departments_ref"
        verbose_name = _("department (copy)")
        verbose_name_plural = _("departments (copies)")
        ordering = ["name", "department_id"]
        indexes = [
            models.Index(
                fields=["company_id", "name_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="departments_ref_by_name",
            ),
            models.Index(
                fields=["company_id", "name_ar_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="departments_ref_by_arabic_name",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserRef(Reference):
    """A person's account; ``company_ids`` are the companies in which the person has a role."""

    user_id = models.UUIDField(_("id"), primary_key=True)
    email = models.CharField(_("e-mail"), max_length=254)
    first_name = models.CharField(_("first name"), max_length=150, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=150, blank=True, default="")
    name_folded = models.TextField(editable=False, default="")
    is_active = models.BooleanField(_("active"), default=True)
    company_ids = ArrayField(models.UUIDField(), verbose_name=_("companies"), default=list)

    class Meta:
        db_table = "users_ref"
        verbose_name = _("user (copy)")
        verbose_name_plural = _("users (copies)")
        ordering = ["email", "user_id"]
        indexes = [
            models.Index(fields=["name_folded"], opclasses=["text_pattern_ops"], name="users_ref_by_name"),
            models.Index(fields=["email"], name="users_ref_by_email"),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email


class EmployeeRef(Reference):
    """A person's employment in a company."""

    employee_id = models.UUIDField(_("id"), primary_key=True)
    company_id = models.UUIDField(_("company's id"))
    user_id = models.UUIDField(_("user's id"))
    number = models.CharField(_("number"), max_length=50, blank=True, default="")
    first_name = models.CharField(_("first name"), max_length=150, blank=True, default="")
    last_name = models.CharField(_("last name"), max_length=150, blank=True, default="")
    full_name_ar = models.CharField(_("name in Arabic"), max_length=255, blank=True, default="")
    full_name_en = models.CharField(_("name in English"), max_length=255, blank=True, default="")
    name_folded = models.TextField(editable=False, default="")
    name_ar_folded = models.TextField(editable=False, default="")
    department_id = models.UUIDField(_("department's id"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, default="active")

    class Meta:
        db_table = "employees_ref"
        verbose_name = _("employee (copy)")
        verbose_name_plural = _("employees (copies)")
        ordering = ["name_folded", "employee_id"]
        indexes = [
            models.Index(
                fields=["company_id", "name_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="employees_ref_by_name",
            ),
            models.Index(
                fields=["company_id", "name_ar_folded"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="employees_ref_by_arabic_name",
            ),
            models.Index(fields=["company_id", "number"], name="employees_ref_by_number"),
            models.Index(fields=["user_id"], name="employees_ref_by_user"),
        ]

    def __str__(self) -> str:
        latin = self.full_name_en or f"{self.first_name} {self.last_name}".strip()
        return self.full_name_ar or latin or self.number
