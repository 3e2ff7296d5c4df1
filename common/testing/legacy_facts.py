"""Facts about a file that a test only imagines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from common.legacy.facts import CarriedEmployee, CarriedUser, Facts, NamedLicense
from common.legacy.ids import employee_user_id, new_id


@dataclass(frozen=True)
class KnownFacts(Facts):
    """Answers as given.

    ``email_owners`` says who keeps an address: (table, old id); ``accounts``, which employee had which account.
    """

    companies: frozenset[str]
    users: Mapping[str, CarriedUser]
    employees: Mapping[str, CarriedEmployee]
    licenses: Mapping[str, NamedLicense]
    email_owners: Mapping[str, tuple[str, str]]
    accounts: Mapping[str, str]

    def carried_company(self, old_id: str) -> UUID | None:
        """The id here of a company that can be carried."""
        return new_id("companies", old_id) if old_id in self.companies else None

    def carried_user(self, old_id: str) -> CarriedUser | None:
        """The account, if it can be carried."""
        return self.users.get(old_id)

    def carried_employee(self, old_id: str) -> CarriedEmployee | None:
        """The employee, if they can be carried."""
        return self.employees.get(old_id)

    def named_license(self, old_id: str) -> NamedLicense | None:
        """The licence, if its company can be carried."""
        return self.licenses.get(old_id)

    def is_repeated(self, table: str, old_id: str, place: int) -> bool:
        """Never."""
        return False

    def keeps_email(self, table: str, old_id: str, email: str) -> bool:
        """Whether nobody else is named as the owner."""
        if table == "employees" and old_id in self.accounts:
            return True
        return self.email_owners.get(email, (table, old_id)) == (table, old_id)

    def is_linked(self, old_employee_id: str) -> bool:
        """Whether the employee had an account."""
        return old_employee_id in self.accounts

    def account_of(self, old_employee_id: str) -> UUID:
        """The old account, or one made for the employee."""
        account = self.accounts.get(old_employee_id)
        return new_id("users", account) if account else super().account_of(old_employee_id)


def known_facts(
    *,
    companies: Iterable[str] = (),
    users: Iterable[str] = (),
    employees: Iterable[str] = (),
    licenses: Iterable[str] = (),
    email_owners: Mapping[str, tuple[str, str]] | None = None,
    accounts: Mapping[str, str] | None = None,
) -> KnownFacts:
    """Facts of a file in which the things with these old ids can be carried, all of company-1."""
    company_id = new_id("companies", "company-1")
    return KnownFacts(
        companies=frozenset(companies),
        users={old: CarriedUser(new_id("users", old), company_id) for old in users},
        employees={
            old: CarriedEmployee(new_id("employees", old), company_id, employee_user_id(old))
            for old in employees
        },
        licenses={old: NamedLicense(new_id("licenses", old), company_id) for old in licenses},
        email_owners=email_owners or {},
        accounts=accounts or {},
    )
