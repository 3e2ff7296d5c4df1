"""What the admin site is called, and what nobody may do in it."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

NAMES = {
    "auth": _("Accounts"),
    "company": _("Companies"),
    "employee": _("Employees"),
    "document": _("Documents"),
    "notification": _("Notifications"),
    "analytics": _("Analytics"),
}


def prepare_site(site: AdminSite) -> None:
    """Name the site after the service, and take away deletion in bulk: it would go round the services."""
    name = NAMES[settings.SERVICE.name]
    site.site_header = format_lazy("HRMS · {}", name)
    site.site_title = format_lazy("HRMS · {}", name)
    site.index_title = name
    site.site_url = "/docs"
    if "delete_selected" in dict(site.actions):
        site.disable_action("delete_selected")
