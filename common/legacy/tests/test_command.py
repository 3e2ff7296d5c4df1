"""The command's options, exit codes, report and last sentence."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.mapper import Outcome, Quarantined, Skipped
from common.legacy.models import HandedOverCompany, ImportRun, QuarantinedRow
from common.legacy.plan import Plan
from common.legacy.reader import Row
from common.security.tenancy import all_companies
from common.testing.legacy_files import write_dirty_file
from common.testing.legacy_plans import mapping_only


def plan(facts: Facts) -> Plan:
    """Leaves everybody behind but for those that must be set aside."""

    def mapped(row: Row, place: int) -> Outcome[None]:
        found = facts.employee(row, place)
        return found if isinstance(found, Quarantined) else Skipped("nobody is wanted")

    return [mapping_only("people", mapped)]


@pytest.fixture
def run(tmp_path: Path, settings: Any) -> Callable[..., list[str]]:
    """Run the command with reports under ``tmp_path``; returns the lines it printed."""
    settings.SERVICE = replace(settings.SERVICE, legacy=f"{__name__}.plan")

    def command(source: Path, **options: Any) -> list[str]:
        out = io.StringIO()
        call_command("import_legacy", source=source, report_dir=tmp_path / "reports", stdout=out, **options)
        return out.getvalue().splitlines()

    return command


@pytest.mark.usefixtures("db")
def test_the_report_has_a_table_and_ends_with_one_sentence(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    lines = run(write_dirty_file(tmp_path / "old.db"), run="first")
    assert lines[0].split() == ["table", "rows", "imported", "unchanged", "merged", "quarantined", "skipped"]
    assert lines[1].split() == ["people", "21", "0", "0", "0", "12", "9"]
    assert "unknown table, left in the file: old_notes (1 rows)" in lines
    assert "left in the file on purpose, everybody signs in anew: sessions (1 rows)" in lines
    assert lines[-1] == (
        "Import into the employee service accounts for every one of 21 rows: 0 imported, 0 unchanged,"
        " 0 merged, 12 quarantined, 9 skipped; 0 things to do for HR."
    )


@pytest.mark.usefixtures("db")
def test_the_report_is_kept_as_json(run: Callable[..., list[str]], tmp_path: Path) -> None:
    run(write_dirty_file(tmp_path / "old.db"), run="first")
    report = json.loads((tmp_path / "reports" / "first" / "employee.json").read_text())
    people = report["tables"]["people"]
    assert (people["source_rows"], people["accounted"]) == (21, 21)
    assert people["reasons"] == {
        "unknown_company": 2, "missing_id": 1, "unreadable_values": 8, "repeated_id": 1
    }  # fmt: skip
    assert people["rules"] == {"nobody is wanted": 9}
    assert report["file"]["unknown_tables"] == ["old_notes"]
    with all_companies("test"):
        assert report["run_id"] == str(ImportRun.objects.get().pk)
        assert QuarantinedRow.objects.count() == 12


@pytest.mark.usefixtures("db")
def test_a_dry_run_says_so_and_changes_nothing(run: Callable[..., list[str]], tmp_path: Path) -> None:
    lines = run(write_dirty_file(tmp_path / "old.db"), run="dry", dry_run=True)
    assert lines[-1].startswith("A dry run into the employee service accounts for every one of 21 rows:")
    assert "nothing was changed" in lines[-1]
    assert json.loads((tmp_path / "reports" / "dry" / "employee.json").read_text())["dry_run"] is True
    with all_companies("test"):
        assert not ImportRun.objects.exists()
        assert not QuarantinedRow.objects.exists()


@pytest.mark.usefixtures("db")
def test_a_file_that_cannot_be_read_is_exit_code_2(run: Callable[..., list[str]], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no file") as refused:
        run(tmp_path / "nothing.db")
    assert refused.value.returncode == 2


@pytest.mark.usefixtures("db")
def test_a_report_that_cannot_be_written_is_exit_code_2(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    (tmp_path / "reports").write_text("a file in the way")
    with pytest.raises(CommandError, match="cannot be made") as refused:
        run(write_dirty_file(tmp_path / "old.db"))
    assert refused.value.returncode == 2
    with all_companies("test"):
        assert not ImportRun.objects.exists()


def test_a_batch_has_at_least_one_row(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for size in ("0", "-1", "many"):
        with pytest.raises(CommandError):
            call_command("import_legacy", "--source", str(tmp_path), "--batch-size", size)


@pytest.mark.usefixtures("db")
def test_a_service_that_takes_nothing_from_the_file_says_so(tmp_path: Path, settings: Any) -> None:
    settings.SERVICE = replace(settings.SERVICE, legacy="")
    out = io.StringIO()
    call_command("import_legacy", source=tmp_path / "old.db", report_dir=tmp_path / "reports", stdout=out)
    assert "takes nothing from the old file" in out.getvalue()


@pytest.mark.usefixtures("db")
def test_the_very_same_file_is_nothing_new(run: Callable[..., list[str]], tmp_path: Path) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    run(source, run="first")
    lines = run(source, run="second", incremental=True)
    assert "nothing is new since first" in lines[-1]
    report = json.loads((tmp_path / "reports" / "second" / "employee.json").read_text())
    assert report["nothing_new_since"] == "first"
    assert report["tables"]["people"]["accounted"] == 21


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("named", "handed_over"),
    [
        (["company-1"], {"company-1"}),
        ([str(new_id("companies", "company-2"))], {"company-2"}),
        (["all"], {"company-1", "company-2"}),
    ],
)
def test_companies_are_handed_over_after_an_import(
    run: Callable[..., list[str]], tmp_path: Path, named: list[str], handed_over: set[str]
) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    lines = run(source, hand_over=named)
    assert f"{len(handed_over)} companies handed over" in lines[-1]
    run(source, hand_over=named, incremental=True)
    with all_companies("test"):
        found = set(HandedOverCompany.objects.values_list("pk", flat=True))
    assert found == {new_id("companies", old) for old in handed_over}


@pytest.mark.usefixtures("db")
def test_a_company_that_is_not_in_the_file_cannot_be_handed_over(
    run: Callable[..., list[str]], tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="no company company-3 that could be handed over") as refused:
        run(write_dirty_file(tmp_path / "old.db"), hand_over=["company-3", "company-1"])
    assert refused.value.returncode == 1
    with all_companies("test"):
        assert not HandedOverCompany.objects.exists()
        assert not ImportRun.objects.exists()
