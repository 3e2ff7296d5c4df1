"""Run in employee_service's environment: start many hires in one transaction; prints when it began and committed."""

import sys
import time
from datetime import date
from uuid import UUID, uuid4

import django


def main(company_id: UUID, count: int) -> None:
    """Start ``count`` hires into the company."""
    django.setup()
    from django.conf import settings

    from common.conf.celery import load_app
    from common.contracts.employee import CreateEmployee
    from common.security.tenancy import company_scope
    from employee_service.employees.services.hiring import employees_hire_many
    from employee_service.sagas.create_employee import CreateEmployeeData

    load_app(settings.SERVICE)
    people = [
        CreateEmployeeData(
            employee=CreateEmployee(
                employee_id=uuid4(),
                user_id=uuid4(),
                company_id=company_id,
                email=f"{uuid4().hex}@bench.example",
                first_name="Some",
                last_name=f"Person {number}",
                full_name_ar="شخص جديد",
                position="Clerk",
                hire_date=date(2026, 1, 1),
            )
        )
        for number in range(count)
    ]
    began = time.time()
    with company_scope(company_id):
        employees_hire_many(people, actor_id=None)
    sys.stdout.write(f"{began} {time.time()}\n")


if __name__ == "__main__":
    main(UUID(sys.argv[1]), int(sys.argv[2]))
