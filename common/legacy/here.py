"""What a corrected row's fate depends on, from what is here now.

Not from the facts of the file: they describe it as it was before anybody corrected anything. What has come
over since counts here, whoever brought it: an import, or somebody who corrected a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from common.legacy import old_companies, old_employees, old_users
from common.legacy.choices import RowOutcome
from common.legacy.emails import usable_email
from common.legacy.facts import CarriedEmployee, CarriedUser, Facts
from common.legacy.ids import employee_user_id, new_id
from common.legacy.models import ImportedRow
from common.legacy.plan import Account, Plan
from common.legacy.reader import Row
from common.legacy.values import plain
from common.reference.models import CompanyRef, EmployeeRef, UserRef
from common.security.tenancy import all_companies

REASON = "the ledger of an import, which names nobody"
WORKER = "worker"
CARRIED = (RowOutcome.IMPORTED, RowOutcome.MERGED)


class FactsHere(Facts):
    """Answers from this service's own tables, and from its copies of other services' rows.

    ``plan`` says where the own tables are; it may be the plan of other facts. ``employees`` are some who are
    known to be in the employee service, by old id. Rows are to be announced to :meth:`prepare` before they are
    mapped.
    """

    def __init__(self, plan: Plan, employees: Mapping[str, CarriedEmployee] | None = None) -> None:
        self._plan = plan
        self._employees = dict(employees or {})
        self._linked = {
            old_id: employee.user_id
            for old_id, employee in self._employees.items()
            if employee.user_id != employee_user_id(old_id)
        }
        self._holders: dict[str, set[UUID]] = {}

    def prepare(self, table: str, rows: Sequence[Row]) -> None:
        """Look up at once who has the e-mail addresses of these rows of ``table``.

        An account with an employee's address, in the same company or in none, that nobody else is employed
        with, is the same person.
        """
        emails = {email for row in rows if (email := usable_email(row.get("email")))}
        accounts = self._accounts_with(emails)
        own = self._account(old_employees.TABLE)
        people: Mapping[str, set[UUID]] = {}
        if own is not None and own is not self._account(old_users.TABLE):
            people = _grouped(_rows_with(own, "email", emails))
        for email in emails:
            holders = {account.id for account in accounts.get(email, ())}
            self._holders[email] = holders | people.get(email, set())
        if table == old_employees.TABLE:
            for row in rows:
                self._link(row, accounts)

    def carried_company(self, old_id: str) -> UUID | None:
        """The id of the company, if it is here."""
        company_id = new_id(old_companies.TABLE, old_id)
        own = self._account(old_companies.TABLE)
        if own is not None:
            return company_id if _rows_with(own, None, [company_id]) else None
        known = _has_copies("company") and CompanyRef.objects.filter(pk=company_id).exists()
        return company_id if known else None

    def carried_user(self, old_id: str) -> CarriedUser | None:
        """The account, if it is here."""
        user_id = new_id(old_users.TABLE, old_id)
        own = self._account(old_users.TABLE)
        if own is not None:
            role = next((column.here for column in own.columns if column.name == "role"), "NULL")
            found = _rows_with(own, None, [user_id], show=role)
            return next((CarriedUser(key, company, role or WORKER) for key, company, role in found), None)
        copy = UserRef.objects.filter(pk=user_id).first() if _has_copies("user") else None
        if copy is None:
            return None
        return CarriedUser(user_id, copy.company_ids[0] if len(copy.company_ids) == 1 else None)

    def employees_here(self, ids: Iterable[UUID]) -> list[CarriedEmployee]:
        """Those of these employees who are in this service's own table of employees."""
        own = self._account(old_employees.TABLE)
        if own is None or "user" not in own.references.values():
            return []
        found = _rows_with(own, None, ids, show=_column_of_kind(own, "user"))
        return [CarriedEmployee(key, company, user) for key, company, user in found if company is not None]

    def carried_employee(self, old_id: str) -> CarriedEmployee | None:
        """The employee, if they are here."""
        if old_id in self._employees:
            return self._employees[old_id]
        employee_id = new_id(old_employees.TABLE, old_id)
        for employee in self.employees_here([employee_id]):
            return employee
        copy = EmployeeRef.objects.filter(pk=employee_id).first() if _has_copies("employee") else None
        return CarriedEmployee(employee_id, copy.company_id, copy.user_id) if copy else None

    def keeps_email(self, table: str, old_id: str, email: str) -> bool:
        """Whether nobody else has the address."""
        mine = {new_id(table, old_id)}
        if table == old_employees.TABLE:
            mine.add(self.account_of(old_id))
        return self._holders.get(email, set()) <= mine

    def is_linked(self, old_employee_id: str) -> bool:
        """Whether the employee is the same person as an account that is not of the employee's own making."""
        return old_employee_id in self._linked

    def account_of(self, old_employee_id: str) -> UUID:
        """The id of the employee's account."""
        return self._linked.get(old_employee_id) or employee_user_id(old_employee_id)

    def is_repeated(self, table: str, old_id: str, place: int) -> bool:
        """Whether something with this old id has come over already."""
        names = [entry.name for entry in self._plan if entry.table == table]
        with all_companies(REASON):
            return ImportedRow.objects.filter(name__in=names, key=old_id, outcome__in=CARRIED).exists()

    def _account(self, table: str) -> Account[Any] | None:
        """Where the things stand that this service itself made of ``table``."""
        return next((entry.account for entry in self._plan if entry.name == table), None)

    def _accounts_with(self, emails: Iterable[str]) -> Mapping[str, list[CarriedUser]]:
        found: dict[str, list[CarriedUser]] = {}
        own = self._account(old_users.TABLE)
        if own is not None:
            for key, company, email in _rows_with(own, "email", emails):
                found.setdefault(email, []).append(CarriedUser(key, company))
        elif _has_copies("user"):
            for copy in UserRef.objects.filter(email__in=list(emails)):
                companies: list[UUID | None] = [*copy.company_ids]
                for company in companies or [None]:
                    found.setdefault(copy.email, []).append(CarriedUser(copy.user_id, company))
        return found

    def _link(self, row: Row, accounts: Mapping[str, list[CarriedUser]]) -> None:
        old_id, email = plain(row.get("id")), usable_email(row.get("email"))
        candidates = accounts.get(email, [])
        company_id = self.company_of(row)
        if not email or old_id in self._linked or len(candidates) != 1 or company_id is None:
            return
        (account,) = candidates
        own = self._account(old_employees.TABLE)
        if (
            own is None
            or "user" not in own.references.values()
            or account.company_id not in {None, company_id}
        ):
            return
        if account.id != employee_user_id(old_id) and not _rows_with(own, "user", [account.id]):
            self._linked[old_id] = account.id


def _has_copies(kind: str) -> bool:
    return kind in settings.SERVICE.reference


def _column_of_kind(account: Account[Any], kind: str) -> str:
    """The SQL of the column that refers to things of this kind."""
    name = next(name for name, refers_to in account.references.items() if refers_to == kind)
    return next(column.here for column in account.columns if column.name == name)


def _rows_with(
    account: Account[Any], what: str | None, values: Iterable[Any], *, show: str = "NULL"
) -> list[tuple[UUID, UUID | None, Any]]:
    """Id, company and ``show`` (or the column itself) of the things whose key, or column, is among ``values``."""
    where = account.key
    if what == "user":
        where = show = _column_of_kind(account, what)
    elif what is not None:
        where = show = next(column.here for column in account.columns if column.name == what)
    query = (
        f"SELECT {account.key}, {account.company or 'NULL'}, {show} FROM {account.source}"
        f" WHERE {where} = ANY(%s)"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [list(values)])
        return list(cursor.fetchall())


def _grouped(rows: Iterable[tuple[UUID, UUID | None, Any]]) -> dict[str, set[UUID]]:
    found: dict[str, set[UUID]] = {}
    for key, _company, email in rows:
        found.setdefault(email, set()).add(key)
    return found
