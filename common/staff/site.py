"""What the admin site is called, and what nobody may do in it."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.staff.forms import StaffSignInForm

NAMES = {
    "auth": _("Accounts"),
    "company": _("Companies"),
    "employee": _("Employees"),
    "document": _("Documents"),
    "notification": _("Notifications"),
    "analytics": _("Analytics"),
}


# What people come for stands before what keeps the system going.
LAST = ("privacy", "reference", "sagas", "legacy", "messaging")


class StaffSite(AdminSite):
    """The site: the service's own tables first."""

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """As Django has it, in the order above."""
        return sorted(super().get_app_list(request, app_label), key=_place)


def _place(app: dict[str, Any]) -> tuple[int, str]:
    label = app["app_label"]
    return (LAST.index(label) + 1 if label in LAST else 0), app["name"]


def prepare_site(site: AdminSite) -> None:
    """Name the site after the service, and take away what would go round the services.

    That is deletion in bulk, and Django's groups: rights come from roles, a group would give none.
    """
    title = format_lazy("HRMS · {}", NAMES[settings.SERVICE.name])
    site.site_header = site.site_title = title
    site.index_title = NAMES[settings.SERVICE.name]
    site.site_url = "/docs"
    site.login_form = StaffSignInForm
    if any(name == "delete_selected" for name, _action in site.actions):
        site.disable_action("delete_selected")
    if site.is_registered(Group):
        site.unregister(Group)
