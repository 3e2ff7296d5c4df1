"""``report_legacy``: the services' reports as one, on paper for HR and as JSON for programs."""

import io
import json
import re
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from common.legacy.tests.shelf_runs import Shelf, employee_id, somebody, the_shelf
from common.testing.legacy_files import write_dirty_file

__all__ = ["the_shelf"]


def put_together(folder: Path) -> tuple[str, str]:
    """The page, and the command's last line."""
    out = io.StringIO()
    call_command("report_legacy", folder=folder, stdout=out)
    return (folder / "report.html").read_text(), out.getvalue().splitlines()[-1]


def said(page: str, language: str) -> str:
    """What the page says in one language, as text."""
    part = page.split(f'<main id="{language}"', 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", part))


def test_a_comparison_is_a_page_in_two_languages_that_can_be_signed(the_shelf: Shelf, tmp_path: Path) -> None:
    source = write_dirty_file(tmp_path / "dirty.db")
    the_shelf.bring(source)
    the_shelf.verify(source)
    page, sentence = put_together(tmp_path / "reports" / "look")
    assert '<main id="ar" lang="ar" dir="rtl">' in page
    english, arabic = said(page, "en"), said(page, "ar")
    assert "EQUAL: every row of the file is accounted for" in english
    assert "The company is not in the file" in english
    assert "salary is negative" in english
    assert "Money by company (KWD)" in english
    assert "Signature" in english
    assert "التوقيع" in arabic
    assert "EQUAL" not in arabic
    assert "شركة النيل 1" in arabic
    assert sentence == "EQUAL: all 42 rows are accounted for and what is here is what the file says."
    assert json.loads((tmp_path / "reports" / "look" / "report.json").read_text())["ok"] is True


def test_differences_are_shown_and_end_with_exit_code_1(the_shelf: Shelf, tmp_path: Path) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)
    the_shelf.sql("DELETE FROM shelf_people WHERE id = %s", employee_id(2))
    the_shelf.verify(source)
    folder = tmp_path / "reports" / "look"
    with pytest.raises(CommandError, match="NOT EQUAL: 2 differences") as unequal:
        put_together(folder)
    assert unequal.value.returncode == 1
    english = said((folder / "report.html").read_text(), "en")
    assert "NOT EQUAL: there are differences without an explanation" in english
    assert "brought in, and missing here 1" in english
    assert "emp-2" in english


def test_what_the_file_says_is_not_taken_for_markup(the_shelf: Shelf, tmp_path: Path) -> None:
    source = the_shelf.file(somebody(1, hire_date="<script>alert(1)</script>"))
    call_command(
        "analyze_legacy", source=source, report_dir=tmp_path / "reports", run="seen", stdout=io.StringIO()
    )
    page, _sentence = put_together(tmp_path / "reports" / "seen")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_imports_and_rollbacks_have_pages_too(the_shelf: Shelf, tmp_path: Path) -> None:
    source = write_dirty_file(tmp_path / "dirty.db")
    the_shelf.bring(source)
    page, sentence = put_together(tmp_path / "reports" / "first")
    assert "Every row of the file is accounted for." in said(page, "en")
    assert "Signature" not in page
    assert sentence.startswith(
        "The import first accounts for every one of 42 rows read by 1 service: 11 imported,"
    )
    the_shelf.take_back()
    page, sentence = put_together(tmp_path / "back")
    assert "people 9 0 0" in said(page, "en")
    assert sentence == "Of the import first, 11 things were taken back; nothing of it stays."


def test_a_folder_without_reports_is_exit_code_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No service has left a report") as refused:
        put_together(tmp_path)
    assert refused.value.returncode == 2
