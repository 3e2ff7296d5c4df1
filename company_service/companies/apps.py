"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CompaniesConfig(AppConfig):
    """The company service's own app."""

    name = "company_service.companies"
    label = "companies"
    verbose_name = _("Companies")
