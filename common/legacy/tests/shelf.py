"""A plan of the tests' own, on tables of their own: people with pay and an account, and their notes."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection

from common.legacy.choices import QuarantineReason, SubjectKind, ToDoKind
from common.legacy.facts import Facts
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped, ToDo
from common.legacy.old_employees import OldEmployee
from common.legacy.plan import Account, Column, Plan, TableImport, Written
from common.legacy.reader import Row
from common.legacy.staging import stage

TABLES: Final = """
    CREATE TABLE shelf_people (
        id uuid PRIMARY KEY, company_id uuid NOT NULL, user_id uuid NOT NULL, name text NOT NULL,
        salary numeric(12, 3), created_at timestamptz NOT NULL, CONSTRAINT no_ghosts CHECK (name <> 'ghost')
    );
    CREATE TABLE shelf_notes (person_id uuid REFERENCES shelf_people, note text);
    CREATE TABLE shelf_departments (id uuid PRIMARY KEY, company_id uuid NOT NULL, name text NOT NULL);
"""
DROPPED: Final = "DROP TABLE shelf_notes, shelf_people, shelf_departments"
HANGS: Final = "somebody has written a note about it"
_PEOPLE: Final = {
    "id": "uuid",
    "company_id": "uuid",
    "user_id": "uuid",
    "name": "text",
    "salary": "numeric",
    "created_at": "timestamptz",
}

Person = tuple[OldEmployee, UUID]


def plan(facts: Facts) -> Plan:
    """Departments, then people, of the old employees."""
    return (
        TableImport(
            name="departments",
            table="employees",
            map=lambda row, place: _department(row, place, facts),
            write=write_departments,
            change=lambda _items: Written(),
            remove=remove_departments,
            account=Account(
                source="shelf_departments t",
                key="t.id",
                company="t.company_id",
                columns=(Column("name", "text", "t.name", lambda employee: employee.department),),
            ),
            shared=True,
        ),
        TableImport(
            name="people",
            table="employees",
            map=lambda row, place: _person(row, place, facts),
            write=write_people,
            change=write_people,
            remove=remove_people,
            account=Account(
                source="shelf_people t",
                key="t.id",
                company="t.company_id",
                columns=(
                    Column("company_id", "uuid", "t.company_id", lambda person: person[0].company_id),
                    Column("user_id", "uuid", "t.user_id", lambda person: person[1]),
                    Column("name", "text", "t.name", lambda person: person[0].name),
                    Column("salary", "numeric", "t.salary", lambda person: person[0].salary),
                ),
                money=("salary",),
                references={"company_id": "company", "user_id": "user"},
                moments=(
                    Column("created_at", "timestamptz", "t.created_at", lambda person: person[0].created_at),
                ),
            ),
            rules=("people: as they are.",),
        ),
    )


def _person(row: Row, place: int, facts: Facts) -> Outcome[Person]:
    found = facts.employee(row, place)
    if isinstance(found, Quarantined):
        return found
    if found.position == "merged":
        return Merged(into=found.id, company_id=found.company_id)
    if found.position == "skipped":
        return Skipped("by a rule of the test")
    todo = ToDo(ToDoKind.MISSING_HIRE_DATE, SubjectKind.EMPLOYEE, found.id, found.name, found.company_id)
    args = (found, facts.account_of(found.old_id))
    return Imported(found.id, args, () if found.hire_date else (todo,), found.company_id)


def _department(row: Row, place: int, facts: Facts) -> Outcome[OldEmployee]:
    found = facts.employee(row, place)
    if isinstance(found, Quarantined) or found.department_id is None:
        return Skipped("no department")
    return Imported(found.department_id, found, company_id=found.company_id)


def write_people(items: Sequence[Imported[Person]]) -> Written:
    """Make people, or bring them to the state of their args; one called nobody is refused."""
    refused = {
        item.id: Quarantined(QuarantineReason.REFUSED, company_id=item.company_id, detail="NOBODY: Nobody.")
        for item in items
        if item.args[0].name == "nobody"
    }
    rows = [
        (
            item.id, item.args[0].company_id, item.args[1], item.args[0].name, item.args[0].salary,
            item.args[0].created_at,
        )
        for item in items
        if item.id not in refused
    ]  # fmt: skip
    with connection.cursor() as cursor:
        stage(cursor, "shelf_stage", _PEOPLE, rows)
        cursor.execute(
            "INSERT INTO shelf_people"
            " SELECT id, company_id, user_id, name, salary, coalesce(created_at, now()) FROM shelf_stage"
            " ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, salary = EXCLUDED.salary"
        )
    return Written(refused)


def write_departments(items: Sequence[Imported[OldEmployee]]) -> Written:
    """Make departments."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO shelf_departments VALUES (%s, %s, %s)",
            [(item.id, item.args.company_id, item.args.department) for item in items],
        )
    return Written()


def remove_people(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take people away, but for those with notes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT person_id FROM shelf_notes WHERE person_id = ANY(%s)", [list(ids)])
        stays = {row[0]: HANGS for row in cursor.fetchall()}
        cursor.execute(
            "DELETE FROM shelf_people WHERE id = ANY(%s)", [[each for each in ids if each not in stays]]
        )
    return stays


def remove_departments(ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Take departments away."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shelf_departments WHERE id = ANY(%s)", [list(ids)])
    return {}


def people() -> dict[str, tuple[Any, Decimal | None]]:
    """Everybody who is here, by name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id, salary FROM shelf_people")
        return {name: (thing, salary) for name, thing, salary in cursor.fetchall()}
