"""Facts about a file that a test only imagines."""

from collections.abc import Iterable

from common.legacy.facts import CarriedEmployee, CarriedUser, Facts, NamedLicense
from common.legacy.ids import employee_user_id, new_id


def known_facts(
    *,
    companies: Iterable[str] = (),
    users: Iterable[str] = (),
    employees: Iterable[str] = (),
    licenses: Iterable[str] = (),
) -> Facts:
    """Facts of a file in which the things with these old ids can be carried, all of company-1."""
    company_id = new_id("companies", "company-1")
    return Facts(
        companies=frozenset(companies),
        users={old: CarriedUser(new_id("users", old), company_id) for old in users},
        employees={
            old: CarriedEmployee(new_id("employees", old), company_id, employee_user_id(old))
            for old in employees
        },
        licenses={old: NamedLicense(new_id("licenses", old), company_id) for old in licenses},
    )
