"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PersonRequestsConfig(AppConfig):
    """What people (or time) ask about their data: an export over all services, or erasure."""

    name = "employee_service.person_requests"
    label = "person_requests"
    verbose_name = _("Requests about personal data")
