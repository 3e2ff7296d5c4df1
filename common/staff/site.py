"""What the admin site is called, and what nobody may do in it."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import Group
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
