"""Accounts: the old users, and an inactive one for each employee without."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from auth_service.users.choices import RoleName
from auth_service.users.legacy.rights import beyond_role
from auth_service.users.services.imports import (
    ImportedUser,
    users_bring_over,
    users_import,
    users_take_back,
)
from common.legacy import old_employees, old_users
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import EMPLOYEE_SET_ASIDE, Facts
from common.legacy.ids import placeholder_email
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped, ToDo
from common.legacy.moments import written_at
from common.legacy.old_employees import read_person
from common.legacy.old_users import OldUser
from common.legacy.plan import Account, Column, TableImport, Written
from common.legacy.reader import Row
from common.legacy.values import plain

BCRYPT: Final = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")

Items = Sequence[Imported[ImportedUser]]


def _column(
    name: str, kind: str, here: str = "", expected: Callable[[ImportedUser], Any] | None = None
) -> Any:
    return Column(name, kind, here or f"t.{name}", expected or (lambda args: getattr(args, name)))


ACCOUNT: Final = Account[ImportedUser](
    # An account's own membership has the account's id.
    source="users t LEFT JOIN user_roles m ON m.id = t.id LEFT JOIN roles r ON r.id = m.role_id",
    key="t.id",
    company="m.company_id",
    columns=(
        _column("email", "text"),
        _column("first_name", "text"),
        _column("last_name", "text"),
        _column("is_active", "boolean"),
        _column("email_verified", "boolean"),
        # Of a password of the old system, the hash; of none that can be used, nothing; of any other, only that.
        _column(
            "password",
            "text",
            "CASE WHEN starts_with(t.password, 'bcrypt$') THEN substr(t.password, 8)"
            " WHEN starts_with(t.password, '!') THEN '' ELSE 'new' END",
            lambda args: args.password_hash or "",
        ),
        _column("last_login", "timestamptz"),
        _column("role", "text", "CASE WHEN m.is_active THEN r.name END"),
        _column("company_id", "uuid", "m.company_id"),
    ),
    references={"company_id": "company"},
    moments=[written_at()],
)


def users_plan(facts: Facts) -> TableImport[ImportedUser]:
    """The entry of the plan for old accounts."""
    return TableImport(
        name="users",
        table=old_users.TABLE,
        map=lambda row, place: map_user(row, place, facts),
        write=write_users,
        change=change_users,
        remove=remove_accounts,
        account=ACCOUNT,
        rules=("users: tokens for mails are not carried, nobody is signed in, pictures and claims stay.",),
    )


def employees_plan(facts: Facts) -> TableImport[ImportedUser]:
    """The entry of the plan for employees without an account."""
    return TableImport(
        name="employees",
        table=old_employees.TABLE,
        map=lambda row, place: map_employee(row, place, facts),
        write=write_employees,
        change=change_employees,
        remove=remove_accounts,
        account=ACCOUNT,
        rules=("employees: whoever has no account gets an inactive one as a worker of the company.",),
    )


def map_user(row: Row, place: int, facts: Facts) -> Outcome[ImportedUser]:
    """An old account as it is here, with what HR has to do about it."""
    user = facts.user(row, place)
    if isinstance(user, Quarantined):
        return user
    above_companies = user.role == RoleName.SUPER_ADMIN
    has_role = above_companies or user.company_id is not None
    args = ImportedUser(
        id=user.id,
        email=user.email or placeholder_email(old_users.TABLE, user.old_id),
        first_name=user.first_name,
        last_name=user.last_name,
        is_active=user.is_active and bool(user.email),
        old_id=user.old_id,
        password_hash=user.password if BCRYPT.fullmatch(user.password) else None,
        email_verified=user.email_verified and bool(user.email),
        role=user.role if has_role else None,
        company_id=None if above_companies else user.company_id,
        created_at=user.created_at,
        last_login=user.last_login_at,
    )
    return Imported(user.id, args, _todo(user, args), args.company_id)


def map_employee(row: Row, place: int, facts: Facts) -> Outcome[ImportedUser]:
    """The account of an employee who had none, inactive until HR lets the person in."""
    old_id = plain(row.get("id"))
    employee = facts.carried_employee(old_id)
    if employee is None or facts.is_repeated(old_employees.TABLE, old_id, place):
        return Skipped(EMPLOYEE_SET_ASIDE)
    if facts.is_linked(old_id):
        return Merged(facts.account_of(old_id), employee.company_id)
    person = read_person(row)
    own = person.email and facts.keeps_email(old_employees.TABLE, old_id, person.email)
    args = ImportedUser(
        id=employee.user_id,
        email=person.email if own else placeholder_email(old_employees.TABLE, old_id),
        first_name=person.first_name,
        last_name=person.last_name,
        is_active=False,
        old_id=old_id,
        role=RoleName.WORKER.value,
        company_id=employee.company_id,
        created_at=person.created_at,
    )
    return Imported(args.id, args, (), args.company_id)


def write_users(items: Items) -> Written:
    """Make the accounts; one whose address somebody else took since is set aside."""
    return _refused(items, users_import([item.args for item in items]))


def change_users(items: Items) -> Written:
    """Bring accounts to what the old rows say now; one whose new address is taken stays, the row is set aside."""
    return _refused(items, users_bring_over([item.args for item in items]))


def write_employees(items: Items) -> Written:
    """Make the accounts; one whose address somebody else took since gets one that receives nothing."""
    return _with_placeholders(items, users_import)


def change_employees(items: Items) -> Written:
    """Bring accounts to what the old rows say now; for a taken address as in :func:`write_employees`."""
    return _with_placeholders(items, users_bring_over)


def remove_accounts(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take the accounts away."""
    return users_take_back(ids)


def _refused(items: Items, taken: set[UUID]) -> Written:
    refusal = Quarantined(QuarantineReason.REPEATED_EMAIL)
    return Written(
        {item.id: replace(refusal, company_id=item.company_id) for item in items if item.id in taken}
    )


def _with_placeholders(items: Items, carry: Callable[[Sequence[ImportedUser]], set[UUID]]) -> Written:
    taken = carry([item.args for item in items])
    left = [item for item in items if item.id in taken]
    if left:
        carry(
            [
                replace(item.args, email=placeholder_email(old_employees.TABLE, item.args.old_id))
                for item in left
            ]
        )
    return Written(
        todo=[
            ToDo(
                ToDoKind.DUPLICATE_EMAIL,
                SubjectKind.USER,
                item.id,
                f"{item.args.first_name} {item.args.last_name}".strip(),
                item.args.company_id,
                item.args.email,
            )
            for item in left
        ]
    )


def _todo(user: OldUser, args: ImportedUser) -> list[ToDo]:
    found: list[tuple[ToDoKind, str]] = []
    if not user.email:
        unusable = ToDoKind.UNUSABLE_EMAIL if user.written_email else ToDoKind.MISSING_EMAIL
        found.append((unusable, user.written_email))
    if args.role is None:
        found.append((ToDoKind.MISSING_COMPANY, user.role))
    if args.password_hash is None:
        found.append((ToDoKind.UNUSABLE_PASSWORD, ""))
    if beyond := beyond_role(user.role, user.permissions):
        found.append((ToDoKind.OTHER_PERMISSIONS, ", ".join(beyond)))
    return [
        ToDo(kind, SubjectKind.USER, user.id, user.name, args.company_id, detail) for kind, detail in found
    ]
