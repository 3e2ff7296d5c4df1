"""Employees whose papers have no date of expiry: the old system kept hardly any."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from employee_service.employees.choices import EmployeeType, Lifecycle
from employee_service.employees.models.employee import Employee

# The papers, each with when its date is missing. Citizens have no residence permit.
MISSING: Final[dict[str, Q]] = {
    "civil_id": Q(civil_id_expiry=None),
    "passport": Q(passport_expiry=None),
    "residence": Q(residence_expiry=None) & ~Q(employee_type=EmployeeType.CITIZEN),
}


class EmployedManager(models.Manager["MissingExpiry"]):
    """Only who works here now and lacks a date: nobody is reminded of the papers of those who left."""

    def get_queryset(self) -> models.QuerySet["MissingExpiry"]:
        """As the index ``employees_lacking_an_expiry`` says it, so that it serves every question."""
        lacking = Q()
        for condition in MISSING.values():
            lacking |= condition
        return super().get_queryset().filter(lacking, lifecycle=Lifecycle.CURRENT)


class MissingExpiry(Employee):
    """An employee with a paper of which nobody knows when it expires, so that no reminder can be sent."""

    objects: ClassVar[EmployedManager] = EmployedManager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = _("employee without an expiry date")
        verbose_name_plural = _("expiry dates that are missing")
        ordering = ["number", "id"]
