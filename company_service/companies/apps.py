"""Django's registration of the app."""

from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    """The company service's own app."""

    name = "company_service.companies"
    label = "companies"
