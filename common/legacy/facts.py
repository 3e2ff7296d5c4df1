"""What a row's fate depends on beside the row: from the file alone, so the same in every service."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

from common.legacy import old_companies, old_employees, old_users
from common.legacy.choices import Problem, QuarantineReason
from common.legacy.ids import employee_user_id
from common.legacy.mapper import Quarantined, RowRefusedError
from common.legacy.old_companies import OldCompany, read_company
from common.legacy.old_employees import OldEmployee, read_employee
from common.legacy.old_users import OldUser, read_user
from common.legacy.reader import Row
from common.legacy.values import is_blank, plain

# Why the other services leave an employee's row that the employee service does not carry.
EMPLOYEE_SET_ASIDE: Final = "the employee service sets the employee aside"
OldT = TypeVar("OldT")
PersonT = TypeVar("PersonT", OldUser, OldCompany, OldEmployee)


class CarriedUser(NamedTuple):
    """An account that can be carried: its id here, the company it belongs to, if any, and its role there."""

    id: UUID
    company_id: UUID | None
    role: str = "worker"


class CarriedEmployee(NamedTuple):
    """An employee who can be carried: the ids here of the person, the company and the account."""

    id: UUID
    company_id: UUID
    user_id: UUID


class NamedLicense(NamedTuple):
    """A licence of a company that can be carried: its id here, readable or not, and the company's."""

    id: UUID
    company_id: UUID


class Facts:
    """Answers about all the rows that can be carried. These know nobody; those of a file are FileFacts."""

    def prepare(self, table: str, rows: Sequence[Row]) -> None:
        """Look up at once what mapping these rows of ``table`` will ask for."""

    def carried_company(self, old_id: str) -> UUID | None:
        """The id here of a company that can be carried."""
        return None

    def carried_user(self, old_id: str) -> CarriedUser | None:
        """The account, if it can be carried."""
        return None

    def has_lost_user(self, old_id: str) -> bool:
        """Whether there is a file, and an account that was in it is not any more."""
        return False

    def carried_employee(self, old_id: str) -> CarriedEmployee | None:
        """The employee, if they can be carried."""
        return None

    def named_license(self, old_id: str) -> NamedLicense | None:
        """The licence, if its company can be carried; one that is set aside keeps its id for later."""
        return None

    def is_repeated(self, table: str, old_id: str, place: int) -> bool:
        """Whether the row at ``place`` has the id of an earlier one of its table."""
        return False

    def keeps_email(self, table: str, old_id: str, email: str) -> bool:
        """Whether the address ``email`` of this row stays its own: no other row has a better claim."""
        return True

    def is_linked(self, old_employee_id: str) -> bool:
        """Whether the employee is the same person as an account of the file."""
        return False

    def account_of(self, old_employee_id: str) -> UUID:
        """The id here of an employee's account: an old account of the same person, or one made for them."""
        found = self.carried_employee(old_employee_id)
        return found.user_id if found else employee_user_id(old_employee_id)

    def company(self, row: Row, place: int) -> OldCompany | Quarantined:
        """The company in ``row``, or why it cannot be carried."""
        return self._with_company(old_companies.TABLE, read_company, row, place)

    def user(self, row: Row, place: int) -> OldUser | Quarantined:
        """The account in ``row``, or why it cannot be carried. One without a company may have none."""
        found = self.sound_user(row, place)
        if isinstance(found, OldUser) and not self.keeps_email(old_users.TABLE, found.old_id, found.email):
            return Quarantined(QuarantineReason.REPEATED_EMAIL, company_id=found.company_id)
        return found

    def sound_user(self, row: Row, place: int) -> OldUser | Quarantined:
        """Like :meth:`user` without the question whether the address is the account's own."""
        return self._with_company(old_users.TABLE, read_user, row, place)

    def employee(self, row: Row, place: int) -> OldEmployee | Quarantined:
        """The employee in ``row``, or why they cannot be carried."""
        return self._with_company(old_employees.TABLE, read_employee, row, place)

    def company_of(self, row: Row) -> UUID | None:
        """The id here of the company that ``row`` names, if that company can be carried."""
        return self.carried_company(plain(row.get("company_id")))

    def accepted(
        self, table: str, read: Callable[[Row], OldT], row: Row, place: int, *, company_id: UUID | None = None
    ) -> OldT | Quarantined:
        """What ``read`` makes of the row; set aside without an id of its own and when ``read`` refuses it.

        ``company_id`` is whose HR may see it then. ``read`` raises RowRefusedError.
        """
        if refusal := self._without_id(table, row, place, company_id):
            return refusal
        return _read(read, row, company_id)

    def _with_company(
        self, table: str, read: Callable[[Row], PersonT], row: Row, place: int
    ) -> PersonT | Quarantined:
        company_id = self.company_of(row)
        if refusal := self._without_id(table, row, place, company_id):
            return refusal
        if company_id is None and _is_orphan(table, row):
            return Quarantined(QuarantineReason.UNKNOWN_COMPANY, detail=plain(row.get("company_id")))
        return _read(read, row, company_id)

    def _without_id(self, table: str, row: Row, place: int, company_id: UUID | None) -> Quarantined | None:
        """Why the row has no id of its own, if it has none."""
        old_id = row.get("id")
        if is_blank(old_id):
            return Quarantined(QuarantineReason.MISSING_ID, {"id": Problem.MISSING}, company_id)
        if self.is_repeated(table, plain(old_id), place):
            return Quarantined(QuarantineReason.REPEATED_ID, company_id=company_id)
        return None


def _is_orphan(table: str, row: Row) -> bool:
    """Whether a row that names no known company must have one."""
    if table == old_companies.TABLE:
        return False
    return table == old_employees.TABLE or not is_blank(row.get("company_id"))


def _read(read: Callable[[Row], OldT], row: Row, company_id: UUID | None) -> OldT | Quarantined:
    try:
        return read(row)
    except RowRefusedError as refused:
        return Quarantined(QuarantineReason.UNREADABLE_VALUES, refused.problems, company_id)
