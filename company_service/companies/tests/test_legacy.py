"""Companies and departments out of the old application's file."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from common.legacy.ids import department_id, new_id
from common.legacy.mapper import Imported, Quarantined, Skipped
from common.legacy.models import ToDoItem
from common.security.tenancy import all_companies
from common.testing.database import TestDatabase
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import CARRIED, company, employee, write_dirty_file, write_legacy_file
from common.testing.legacy_runs import (
    REAL_FILES,
    events_published,
    import_legacy,
    import_legacy_killed,
    table_content,
)
from company_service.companies import services
from company_service.companies.legacy.companies import map_company
from company_service.companies.legacy.departments import department_mapper
from company_service.companies.models import Company, Department

FACTS = known_facts(companies=["company-1", "company-2"], employees=["emp-1"])
COMPANY = new_id("companies", "company-1")


def test_a_company_is_carried_with_its_papers_and_without_its_stored_counts() -> None:
    row = company(
        1, tax_number="T1", industry_type="أقمشة", address="حولي", partnerships='["شريك"]', is_active=0
    )
    found = map_company(row, 0, FACTS)
    assert isinstance(found, Imported)
    fields = found.args.fields
    assert (found.id, found.args.old_id) == (COMPANY, "company-1")
    assert (fields["name"], fields["name_ar"]) == ("شركة النيل 1", "شركة النيل 1")
    assert (fields["tax_number"], fields["industry"], fields["street"]) == ("T1", "أقمشة", "حولي")
    assert fields["partnerships"] == ["شريك"]
    assert fields["establishment_date"] == date(2020, 1, 15)
    assert not fields["is_active"]
    assert not any("total" in name for name in fields)
    assert found.todo == []


def test_a_latin_name_is_not_taken_for_an_arabic_one() -> None:
    found = map_company(company(1, name="Blue Nile"), 0, FACTS)
    assert isinstance(found, Imported)
    assert found.args.fields["name_ar"] == ""


def test_an_unreadable_value_is_listed_for_hr_with_what_it_was() -> None:
    found = map_company(company(1, website="not an address", tax_number=b"\xff"), 0, FACTS)
    assert isinstance(found, Imported)
    listed = {(item.kind.value, item.detail) for item in found.todo}
    assert listed == {
        ("unreadable_value", "website: not an address"),
        ("unreadable_value", "tax_number: {'hex': 'ff'}"),
    }


def test_a_company_without_a_name_is_set_aside() -> None:
    assert isinstance(map_company(company(1, name=None), 0, FACTS), Quarantined)


def test_an_employees_row_becomes_a_department_of_its_company() -> None:
    found = department_mapper(FACTS)(employee(1, department=" المبيعات "), 0)
    assert isinstance(found, Imported)
    assert found.id == department_id(COMPANY, "المبيعات")
    assert (found.args.company_id, found.args.name, found.args.name_ar) == (COMPANY, "المبيعات", "المبيعات")


def test_rows_without_a_department_and_rows_set_aside_elsewhere_are_skipped_by_rule() -> None:
    map_department = department_mapper(FACTS)
    assert isinstance(map_department(employee(1, department="  "), 0), Skipped)
    assert isinstance(map_department(employee(2, company_id="company-gone"), 0), Skipped)


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("source", REAL_FILES, ids=lambda path: path.stem)
def test_the_old_applications_own_file_comes_in_whole_and_once(tmp_path: Path, source: Path) -> None:
    first = import_legacy(source, tmp_path)
    assert first["tables"]["companies"]["imported"] == 3
    assert first["tables"]["departments"]["skipped"] == 3
    with all_companies("test"):
        found = Company.objects.get(pk=new_id("companies", "company-2"))
        assert found.name == found.name_ar == "شركة النيل الأزرق للمجوهرات"
        assert (found.old_id, found.department, found.location) == ("company-2", "المجوهرات", "الجهراء")
    assert [kind for kind, _ in events_published()] == ["company.created"] * 3
    before = _content()
    for file in REAL_FILES:
        again = import_legacy(file, tmp_path)
        assert again["total"] | {"imported": 0, "unchanged": 3, "skipped": 3} == again["total"]
    assert _content() == before


@pytest.mark.usefixtures("db")
def test_a_dirty_file_is_accounted_for_row_by_row(tmp_path: Path) -> None:
    report = import_legacy(write_dirty_file(tmp_path / "old.db"), tmp_path / "reports")
    companies, departments = report["tables"]["companies"], report["tables"]["departments"]
    assert (companies["imported"], companies["reasons"]) == (2, {"unreadable_values": 1})
    assert companies["todo"] == {"unreadable_value": 1}
    assert (departments["imported"], departments["merged"]) == (2, len(CARRIED) - 1)
    with all_companies("test"):
        assert ToDoItem.objects.get().detail == "website: not an address"
        assert Department.objects.filter(pk=department_id(COMPANY, "المبيعات")).exists()


@pytest.mark.usefixtures("db")
def test_spellings_of_one_department_are_merged_and_companies_kept_apart(tmp_path: Path) -> None:
    spellings = ["الإدارة العامة", " الادارة  العامه", "IT", "it", None]
    people = [employee(n, department=name) for n, name in enumerate(spellings)]
    people.append(employee(9, department="IT", company_id="company-2"))
    source = write_legacy_file(tmp_path / "old.db", companies=[company(1), company(2)], employees=people)
    tally = import_legacy(source, tmp_path / "reports")["tables"]["departments"]
    assert (tally["imported"], tally["merged"], tally["skipped"]) == (3, 2, 1)


@pytest.mark.usefixtures("db")
def test_a_department_whose_name_people_used_meanwhile_gets_a_number(tmp_path: Path) -> None:
    import_legacy(write_legacy_file(tmp_path / "1.db", companies=[company(1)]), tmp_path / "1")
    with all_companies("test"):
        for name in ("المبيعات", "المبيعات (2)"):
            services.department_create(company_id=COMPANY, name=name)
    source = write_legacy_file(
        tmp_path / "2.db", companies=[company(1)], employees=[employee(1), employee(2)]
    )
    tally = import_legacy(source, tmp_path / "2")["tables"]["departments"]
    assert (tally["imported"], tally["merged"], tally["todo"]) == (1, 1, {"duplicate_name": 1})
    with all_companies("test"):
        assert Department.objects.get(pk=department_id(COMPANY, "المبيعات")).name == "المبيعات (3)"


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rows", [1, 9])
def test_a_killed_import_run_again_ends_the_same(
    tmp_path: Path, test_database: TestDatabase, rows: int
) -> None:
    source = write_dirty_file(tmp_path / "old.db")
    content = []
    import_legacy_killed(source, tmp_path / "killed", after_rows=rows)
    for attempt in ("resumed", "clean"):
        report = import_legacy(source, tmp_path / attempt)
        assert report["resumed"] is (attempt == "resumed")
        content.append((_content(), events_published()))
        test_database.restore()
    assert content[0] == content[1]


def _content() -> list[list[dict[str, Any]]]:
    tables = ("companies", "departments", "quarantined_rows", "todo_items")
    return [table_content(table, without=["run_id"]) for table in tables]
