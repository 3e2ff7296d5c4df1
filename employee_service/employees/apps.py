"""Django's registration of the app."""

from django.apps import AppConfig


class EmployeesConfig(AppConfig):
    """The employee service's own app."""

    name = "employee_service.employees"
    label = "employees"
