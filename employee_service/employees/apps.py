"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EmployeesConfig(AppConfig):
    """The employee service's own app; it drives the create-employee saga."""

    name = "employee_service.employees"
    label = "employees"
    verbose_name = _("Employees")

    def ready(self) -> None:
        from common.sagas.registry import register
        from employee_service.employees.services.hiring import employees_activate
        from employee_service.employees.services.pay import pay_forget_undone
        from employee_service.sagas.create_employee import CREATE_EMPLOYEE_SAGA

        register(
            CREATE_EMPLOYEE_SAGA,
            completed_many=employees_activate,
            compensated_many=pay_forget_undone,
            title=_("Hire"),
            step_titles={
                "create_user": _("Making the account"),
                "create_employee": _("Writing the employee record"),
                "update_headcount": _("Counting the person in the company"),
            },
        )
