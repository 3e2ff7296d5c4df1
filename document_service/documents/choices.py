"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    """What a permission allows."""

    READ = "read", pgettext_lazy("permission", "read")
    WRITE = "write", _("change")
    DELETE = "delete", _("delete")


class Audience(models.TextChoices):
    """Whom a permission is for, inside the document's company."""

    ALL = "all", _("everyone")
    EMPLOYEES = "employees", _("employees")
    MANAGERS = "managers", _("supervisors and managers")
    HR = "hr", _("HR staff")
    ADMIN = "admin", _("administrators")
