"""Whether what is said about where the old columns go is what a service's mappers do with them."""

from pathlib import Path
from typing import Any

from django.conf import settings

from common.legacy.columns import COLUMNS, OWNERS, Fate
from common.legacy.gathering import gather_facts
from common.legacy.plans import make_plan, service_plan
from common.legacy.reader import open_legacy
from common.testing import legacy_files as old

_DECISIONS = ("pending", "approved", "rejected")
_LEFT = {Fate.NO_PLACE, Fate.COUNTED_ANEW, Fate.SECRET}


class _Watched(dict[str, Any]):
    """A row that notes which of its columns are asked for."""

    def __init__(self, row: dict[str, Any], asked: set[str]) -> None:
        super().__init__(row)
        self._asked = asked

    def get(self, column: str, default: Any = None) -> Any:
        self._asked.add(column)
        return super().get(column, default)

    def __getitem__(self, column: str) -> Any:
        self._asked.add(column)
        return super().__getitem__(column)


def columns_told_wrongly(folder: Path) -> set[str]:
    """Of the tables that this service owns: columns said to be left in the file that are read, and the reverse."""
    service = settings.SERVICE.name
    asked: dict[str, set[str]] = {}
    with open_legacy(_sound_file(folder / "sound.db")) as file:
        facts = gather_facts(file)
        for entry in make_plan(service_plan(), facts):
            rows = list(file.placed(entry.table))
            facts.prepare(entry.table, [row for _place, row in rows])
            columns = asked.setdefault(entry.table, set())
            for place, row in rows:
                entry.map(_Watched(row, columns), place)
        facts.close()
    return {
        f"{table}.{name}"
        for table, columns in asked.items()
        if OWNERS[table] == service
        for name, column in COLUMNS[table].items()
        if (column.goes in _LEFT and name in columns)
        or (column.goes not in Fate.values and name not in columns)
    }


def _sound_file(path: Path) -> Path:
    """A row or two of every table."""
    return old.write_legacy_file(
        path,
        companies=[old.company(1)],
        users=[old.user(1)],
        company_users=[old.membership(1)],
        employees=[old.employee(1)],
        licenses=[old.license(1)],
        employee_leaves=[old.leave(number, status=status) for number, status in enumerate(_DECISIONS)],
        employee_deductions=[old.deduction(1)],
        employee_violations=[old.violation(1)],
        documents=[old.document(1)],
        notifications=[old.notification(1)],
    )
