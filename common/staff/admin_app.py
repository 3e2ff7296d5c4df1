"""Django's admin with the site of this project."""

from django.contrib.admin.apps import AdminConfig


class StaffAdminConfig(AdminConfig):
    """Stands in INSTALLED_APPS where the admin stands otherwise."""

    default_site = "common.staff.site.StaffSite"
