"""Keeps the terms that employees are found by."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from django.db import connection

from common.search import fold
from employee_service.employees.models import Employee, SearchTerm


def terms_of(employee: Employee) -> set[str]:
    """The folded texts: each name from each of its words on, the number, the e-mail address and the phone."""
    return terms_of_words(
        (employee.number, employee.email, employee.phone),
        (f"{employee.first_name} {employee.last_name}", employee.full_name_en, employee.full_name_ar),
    )


def terms_of_words(whole: Iterable[str], names: Iterable[str]) -> set[str]:
    """The folded terms of texts that are found by their beginning, and of names found by each word."""
    terms = {fold(text) for text in whole}
    for name in names:
        terms |= _endings(name)
    terms.discard("")
    return terms


# An import folds a million names, of which many occur again and again.
@lru_cache(maxsize=20_000)
def _endings(name: str) -> frozenset[str]:
    words = fold(name).split()
    return frozenset(" ".join(words[start:]) for start in range(len(words)))


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
