"""What a row's fate depends on beside the row: from the file alone, so the same in every service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, TypeVar
from uuid import UUID

from common.legacy import old_companies, old_employees, old_users
from common.legacy.choices import Problem, QuarantineReason
from common.legacy.emails import email_key
from common.legacy.ids import employee_user_id, new_id
from common.legacy.mapper import Quarantined, RowRefusedError
from common.legacy.monolith import NOT_CARRIED, TABLES
from common.legacy.old_companies import OldCompany, read_company
from common.legacy.old_employees import OldEmployee, read_employee
from common.legacy.old_users import OldUser, read_user
from common.legacy.reader import LegacyFile, Row
from common.legacy.values import Cell, ValueRefusedError, text

# Why the other services leave an employee's row that the employee service does not carry.
EMPLOYEE_SET_ASIDE: Final = "the employee service sets the employee aside"
PEOPLE = (old_users.TABLE, old_employees.TABLE)
OldT = TypeVar("OldT")
PersonT = TypeVar("PersonT", OldUser, OldCompany, OldEmployee)


@dataclass(frozen=True)
class CarriedUser:
    """An account that can be carried: its id here, the company it belongs to, if any, and its role there."""

    id: UUID
    company_id: UUID | None
    role: str = "worker"


@dataclass(frozen=True)
class CarriedEmployee:
    """An employee who can be carried: the ids here of the person, the company and the account."""

    id: UUID
    company_id: UUID
    user_id: UUID


@dataclass(frozen=True)
class NamedLicense:
    """A licence of a company that can be carried: its id here, readable or not, and the company's."""

    id: UUID
    company_id: UUID


@dataclass(frozen=True)
class Facts:
    """Answers about the whole file.

    ``companies`` are the old ids of companies that can be carried. ``first_places`` says, for every id that
    occurs twice in a table, where it comes first. ``email_owners`` says who keeps an address that several
    rows give: (table, old id). ``accounts`` are employees who are the same person as an account.
    """

    companies: frozenset[str] = frozenset()
    first_places: Mapping[tuple[str, str], int] = field(default_factory=dict)
    email_owners: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    accounts: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, CarriedUser] = field(default_factory=dict)
    employees: Mapping[str, CarriedEmployee] = field(default_factory=dict)
    licenses: Mapping[str, NamedLicense] = field(default_factory=dict)

    def carried_company(self, old_id: str) -> UUID | None:
        """The id here of a company that can be carried."""
        return new_id(old_companies.TABLE, old_id) if old_id in self.companies else None

    def carried_user(self, old_id: str) -> CarriedUser | None:
        """The account, if it can be carried."""
        return self.users.get(old_id)

    def carried_employee(self, old_id: str) -> CarriedEmployee | None:
        """The employee, if they can be carried."""
        return self.employees.get(old_id)

    def named_license(self, old_id: str) -> NamedLicense | None:
        """The licence, if its company can be carried; one that is set aside keeps its id for later."""
        return self.licenses.get(old_id)

    def is_repeated(self, table: str, old_id: str, place: int) -> bool:
        """Whether the row at ``place`` has the id of an earlier one of its table."""
        return self.first_places.get((table, old_id), place) != place

    def is_linked(self, old_employee_id: str) -> bool:
        """Whether the employee is the same person as an account of the file."""
        return old_employee_id in self.accounts

    def company(self, row: Row, place: int) -> OldCompany | Quarantined:
        """The company in ``row``, or why it cannot be carried."""
        return self._with_company(old_companies.TABLE, read_company, row, place)

    def user(self, row: Row, place: int) -> OldUser | Quarantined:
        """The account in ``row``, or why it cannot be carried. One without a company may have none."""
        found = self._sound_user(row, place)
        if isinstance(found, OldUser) and not self.keeps_email(old_users.TABLE, found.old_id, found.email):
            return Quarantined(QuarantineReason.REPEATED_EMAIL, company_id=found.company_id)
        return found

    def employee(self, row: Row, place: int) -> OldEmployee | Quarantined:
        """The employee in ``row``, or why they cannot be carried."""
        return self._with_company(old_employees.TABLE, read_employee, row, place)

    def keeps_email(self, table: str, old_id: str, email: str) -> bool:
        """Whether the address ``email`` of this row stays its own: no other row has a better claim."""
        owner = self.email_owners.get(email, (table, old_id))
        if table == old_employees.TABLE and owner == (old_users.TABLE, self.accounts.get(old_id)):
            return True
        return owner == (table, old_id)

    def account_of(self, old_employee_id: str) -> UUID:
        """The id here of an employee's account: an old account of the same person, or one made for them."""
        old_user_id = self.accounts.get(old_employee_id)
        return new_id(old_users.TABLE, old_user_id) if old_user_id else employee_user_id(old_employee_id)

    def company_of(self, row: Row) -> UUID | None:
        """The id here of the company that ``row`` names, if that company can be carried."""
        return self.carried_company(_plain(row.get("company_id")))

    def _sound_user(self, row: Row, place: int) -> OldUser | Quarantined:
        return self._with_company(old_users.TABLE, read_user, row, place)

    def accepted(
        self, table: str, read: Callable[[Row], OldT], row: Row, place: int, *, company_id: UUID | None = None
    ) -> OldT | Quarantined:
        """What ``read`` makes of the row; set aside without an id of its own and when ``read`` refuses it.

        ``company_id`` is whose HR may see it then. ``read`` raises RowRefusedError.
        """
        if _is_blank(row.get("id")):
            return Quarantined(QuarantineReason.MISSING_ID, {"id": Problem.MISSING}, company_id)
        if self.is_repeated(table, _plain(row.get("id")), place):
            return Quarantined(QuarantineReason.REPEATED_ID, company_id=company_id)
        try:
            return read(row)
        except RowRefusedError as refused:
            return Quarantined(QuarantineReason.UNREADABLE_VALUES, refused.problems, company_id)

    def _with_company(
        self, table: str, read: Callable[[Row], PersonT], row: Row, place: int
    ) -> PersonT | Quarantined:
        company_id = self.company_of(row)
        old_id = _plain(row.get("id"))
        if _is_blank(row.get("id")):
            return Quarantined(QuarantineReason.MISSING_ID, {"id": Problem.MISSING}, company_id)
        if self.is_repeated(table, old_id, place):
            return Quarantined(QuarantineReason.REPEATED_ID, company_id=company_id)
        if self._is_orphan(table, row, company_id):
            return Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail=_plain(row.get("company_id")))
        try:
            return read(row)
        except RowRefusedError as refused:
            return Quarantined(QuarantineReason.UNREADABLE_VALUES, refused.problems, company_id)

    @staticmethod
    def _is_orphan(table: str, row: Row, company_id: UUID | None) -> bool:
        if table == old_companies.TABLE or company_id is not None:
            return False
        return table == old_employees.TABLE or not _is_blank(row.get("company_id"))


def gather_facts(file: LegacyFile) -> Facts:
    """Read what mappers need to know of the whole file; memory grows with companies and repetitions only."""
    facts = Facts(first_places=_first_places(file))
    companies = frozenset(
        company.old_id
        for place, row in enumerate(file.rows(old_companies.TABLE))
        if isinstance(company := facts.company(row, place), OldCompany)
    )
    return _with_people(file, _with_email_owners(file, replace(facts, companies=companies)))


def _with_people(file: LegacyFile, facts: Facts) -> Facts:
    users: dict[str, CarriedUser] = {}
    employees: dict[str, CarriedEmployee] = {}
    for place, row in enumerate(file.rows(old_users.TABLE)):
        if isinstance(user := facts.user(row, place), OldUser):
            users[user.old_id] = CarriedUser(user.id, user.company_id, user.role)
    for place, row in enumerate(file.rows(old_employees.TABLE)):
        if isinstance(employee := facts.employee(row, place), OldEmployee):
            account = facts.account_of(employee.old_id)
            employees[employee.old_id] = CarriedEmployee(employee.id, employee.company_id, account)
    return replace(facts, users=users, employees=employees, licenses=_licenses(file, facts))


def _licenses(file: LegacyFile, facts: Facts) -> dict[str, NamedLicense]:
    found: dict[str, NamedLicense] = {}
    for row in file.rows("licenses"):
        company_id, old_id = facts.company_of(row), _plain(row.get("id"))
        if company_id is not None and old_id:
            found.setdefault(old_id, NamedLicense(new_id("licenses", old_id), company_id))
    return found


def _first_places(file: LegacyFile) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for table in TABLES.keys() - NOT_CARRIED:
        repeated = file.repeated([(table, "id")], lambda key: key)
        if repeated:
            for place, row in file.rows_where(table, "id", repeated.__contains__):
                found.setdefault((table, _plain(row["id"])), place)
    return found


def _with_email_owners(file: LegacyFile, facts: Facts) -> Facts:
    """Accounts come before employees, and earlier rows before later ones.

    An account and an employee who alone share an address, and no company stands between them, are one person.
    """
    repeated = file.repeated([(table, "email") for table in PEOPLE], email_key)
    if not repeated:
        return facts
    users: dict[str, list[OldUser]] = {}
    employees: dict[str, list[OldEmployee]] = {}
    for place, row in file.rows_where(old_users.TABLE, "email", lambda email: email_key(email) in repeated):
        if isinstance(user := facts._sound_user(row, place), OldUser) and user.email:
            users.setdefault(user.email, []).append(user)
    for place, row in file.rows_where(
        old_employees.TABLE, "email", lambda email: email_key(email) in repeated
    ):
        if isinstance(employee := facts.employee(row, place), OldEmployee) and employee.email:
            employees.setdefault(employee.email, []).append(employee)
    owners: dict[str, tuple[str, str]] = {}
    accounts: dict[str, str] = {}
    for email in users.keys() | employees.keys():
        mine, theirs = users.get(email, []), employees.get(email, [])
        first = mine[0] if mine else theirs[0]
        owners[email] = (old_users.TABLE if mine else old_employees.TABLE, first.old_id)
        if len(mine) == len(theirs) == 1 and mine[0].company_id in {None, theirs[0].company_id}:
            accounts[theirs[0].old_id] = mine[0].old_id
    return replace(facts, email_owners=owners, accounts=accounts)


def _is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _plain(cell: Cell) -> str:
    try:
        return text(cell)
    except ValueRefusedError:
        return ""
