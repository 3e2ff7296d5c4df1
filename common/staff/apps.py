"""Django's registration of the app."""

from django.apps import AppConfig


class StaffConfig(AppConfig):
    """See common/staff."""

    name = "common.staff"
    label = "staff"
