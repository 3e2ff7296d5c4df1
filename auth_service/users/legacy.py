"""Accounts out of the old application's file: its users, and an inactive one for each employee without.

Rules: an account without a usable address gets one that receives nothing, and is inactive. Passwords of
bcrypt keep working; others cannot be used. Rights beyond the role are not carried but listed for HR.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from auth_service.users.choices import RoleName
from auth_service.users.models import User
from auth_service.users.services.imports import ImportedUser, ImportOutcome, user_import
from common.contracts.rights import PERMISSION_CODES, ROLE_PERMISSIONS
from common.legacy import old_employees, old_users
from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import EMPLOYEE_SET_ASIDE, Facts
from common.legacy.ids import placeholder_email
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped, ToDo
from common.legacy.old_users import OldUser
from common.legacy.plan import Plan, TableImport, Written, present_in
from common.legacy.reader import Row
from common.legacy.words import EVERYTHING

BCRYPT: Final = re.compile(r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}")


def plan(facts: Facts) -> Plan:
    """What this service takes from the file."""
    return (
        TableImport(
            name="users",
            table=old_users.TABLE,
            map=lambda row, place: map_user(row, place, facts),
            existing=present_in(User.objects),
            write=write_users,
            rules=(
                "users: tokens for mails are not carried, nobody is signed in, pictures and claims stay.",
            ),
        ),
        TableImport(
            name="employees",
            table=old_employees.TABLE,
            map=lambda row, place: map_employee(row, place, facts),
            existing=present_in(User.objects),
            write=write_employees,
            rules=("employees: whoever has no account gets an inactive one as a worker of the company.",),
        ),
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
    return Imported(user.id, args, _todo(user, args))


def map_employee(row: Row, place: int, facts: Facts) -> Outcome[ImportedUser]:
    """The account of an employee who had none, inactive until HR lets the person in."""
    employee = facts.employee(row, place)
    if isinstance(employee, Quarantined):
        return Skipped(EMPLOYEE_SET_ASIDE)
    account_id = facts.account_of(employee.old_id)
    if employee.old_id in facts.accounts:
        return Merged(into=account_id)
    own = employee.email and facts.keeps_email(old_employees.TABLE, employee.old_id, employee.email)
    args = ImportedUser(
        id=account_id,
        email=employee.email if own else placeholder_email(old_employees.TABLE, employee.old_id),
        first_name=employee.first_name,
        last_name=employee.last_name,
        is_active=False,
        old_id=employee.old_id,
        role=RoleName.WORKER,
        company_id=employee.company_id,
        created_at=employee.created_at,
    )
    return Imported(account_id, args)


def write_users(items: Sequence[Imported[ImportedUser]]) -> Written:
    """Make the accounts; one whose address somebody else took since is set aside."""
    refusal = Quarantined(QuarantineReason.REPEATED_EMAIL)
    return Written({item.id: replace(refusal, company_id=item.args.company_id) for item in _taken(items)})


def write_employees(items: Sequence[Imported[ImportedUser]]) -> Written:
    """Make the accounts; one whose address somebody else took since gets one that receives nothing."""
    taken = _taken(items)
    user_import(
        [replace(item.args, email=placeholder_email(old_employees.TABLE, item.args.old_id)) for item in taken]
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
            for item in taken
        ]
    )


def _taken(items: Sequence[Imported[ImportedUser]]) -> list[Imported[ImportedUser]]:
    """Import the accounts; returns those whose address another account has."""
    outcomes = user_import([item.args for item in items])
    return [
        item for item, outcome in zip(items, outcomes, strict=True) if outcome is ImportOutcome.EMAIL_TAKEN
    ]


def _todo(user: OldUser, args: ImportedUser) -> list[ToDo]:
    found: list[tuple[ToDoKind, str]] = []
    if not user.email:
        unusable = ToDoKind.UNUSABLE_EMAIL if user.written_email else ToDoKind.MISSING_EMAIL
        found.append((unusable, user.written_email))
    if args.role is None:
        found.append((ToDoKind.MISSING_COMPANY, user.role))
    if args.password_hash is None:
        found.append((ToDoKind.UNUSABLE_PASSWORD, ""))
    if beyond := _beyond_role(user):
        found.append((ToDoKind.OTHER_PERMISSIONS, ", ".join(beyond)))
    return [
        ToDo(kind, SubjectKind.USER, user.id, user.name, args.company_id, detail) for kind, detail in found
    ]


def _beyond_role(user: OldUser) -> list[str]:
    """The rights that the role does not give here."""
    given = ROLE_PERMISSIONS[user.role]
    everything = given.issuperset(PERMISSION_CODES)
    return sorted(
        {code for code in user.permissions if code not in given and not (everything and code == EVERYTHING)}
    )
