"""Keeps the terms that employees are found by."""

from collections.abc import Sequence

from django.db import connection

from common.search import fold
from employee_service.employees.models import Employee, SearchTerm


def terms_of(employee: Employee) -> set[str]:
    """The folded texts: each name from each of its words on, the number, the e-mail address and the phone."""
    names = (f"{employee.first_name} {employee.last_name}", employee.full_name_en, employee.full_name_ar)
    terms = {fold(text) for text in (employee.number, employee.email, employee.phone)}
    for name in names:
        words = fold(name).split()
        terms |= {" ".join(words[start:]) for start in range(len(words))}
    return terms - {""}


def search_terms_add(employees: Sequence[Employee]) -> None:
    """Write the terms of new employees with one statement."""
    rows = [(employee.company_id, employee.id, term) for employee in employees for term in terms_of(employee)]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO employee_search_terms (company_id, employee_id, term)"
            " SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[])",
            [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]],
        )


def search_terms_renew(employee: Employee) -> None:
    """Bring an employee's terms to the names, number and addresses as they are now."""
    SearchTerm.objects.filter(company_id=employee.company_id, employee=employee).delete()
    search_terms_add([employee])
