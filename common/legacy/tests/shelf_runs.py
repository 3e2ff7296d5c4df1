"""The four commands with the shelf's plan: what they report and print, and how they end."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common.conf import env
from common.legacy.ids import new_id
from common.legacy.tests import shelf
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, user, write_legacy_file


class Shelf:
    """The tables, a file, and the commands; reports go where each call says, or else below ``tmp_path``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0
        self.lines: list[str] = []

    def file(self, *employees: dict[str, Any], name: str = "old.db") -> Path:
        """A file with two companies, one account and these employees."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        return write_legacy_file(
            path, companies=[company(1), company(2)], users=[user(1)], employees=employees
        )

    def bring(self, source: Path, *, run: str = "first", **options: Any) -> dict[str, Any]:
        """``import_legacy``."""
        return self._call("import_legacy", run, source=source, **options)

    def verify(self, source: Path, **options: Any) -> dict[str, Any]:
        """``verify_legacy``, without waiting for anybody."""
        options.setdefault("skip_references", True)
        return self._call("verify_legacy", "look", source=source, wait=0.0, **options)

    def take_back(self, run: str = "first", **options: Any) -> dict[str, Any]:
        """``rollback_legacy``."""
        return self._call("rollback_legacy", run, folder=self.folder / "back", **options)

    def _call(self, command: str, run: str, **options: Any) -> dict[str, Any]:
        out, self.code = io.StringIO(), 0
        last = []
        try:
            call_command(command, run=run, report_dir=self.folder / "reports", stdout=out, **options)
        except CommandError as error:
            self.code, last = error.returncode, [str(error)]
        self.lines = [*out.getvalue().splitlines(), *last]
        path = options.get("folder", self.folder / "reports" / run) / "employee.json"
        report: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return report

    @staticmethod
    def sql(query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement as somebody who may see everything."""
        with all_companies("test"), connection.cursor() as cursor:
            cursor.execute(query, list(values))
            return cursor.fetchall() if cursor.description else []

    def count(self, table: str) -> int:
        """The rows of a table."""
        return int(self.sql(f"SELECT count(*) FROM {table}")[0][0])


def employee_id(number: int) -> UUID:
    """The id here of the employee of that number."""
    return new_id("employees", f"emp-{number}")


@pytest.fixture
def the_shelf(committed_db: None, tmp_path: Path, settings: Any) -> Iterator[Shelf]:
    """The tables of the tests' own plan, which is the service's while a test runs."""
    settings.SERVICE = replace(settings.SERVICE, legacy="common.legacy.tests.shelf.plan")
    with psycopg.connect(env.required("DATABASE_OWNER_URL"), autocommit=True) as owner:
        owner.execute(shelf.TABLES)
        yield Shelf(tmp_path)
        connection.close()
        owner.execute(shelf.DROPPED)


def somebody(number: int, **values: Any) -> dict[str, Any]:
    """An employee whose name says which."""
    return employee(number, **{"arabic_name": f"محمد {number}"} | values)
