"""Imports, later imports, comparisons and rollbacks of companies, departments and licences, by the commands."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from common.days import today
from common.legacy.ids import department_id, new_id
from common.security.tenancy import all_companies
from common.testing.legacy_files import company, employee, license, write_dirty_file, write_legacy_file
from common.testing.legacy_runs import (
    events_published,
    import_legacy,
    rollback_legacy,
    table_content,
    verify_legacy,
)
from company_service.companies import services
from company_service.companies.models import Company, Department, License

pytestmark = pytest.mark.usefixtures("db")

COMPANY = new_id("companies", "company-1")
LICENSE = new_id("licenses", "license-1")
TABLES = (
    "companies",
    "departments",
    "licenses",
    "license_notices",
    "license_periods",
    "headcount_totals",
    "quarantined_rows",
    "todo_items",
)


def old_file(
    folder: Path,
    name: str,
    *,
    companies: list[Any],
    licenses: list[Any] | None = None,
    employees: list[Any] | None = None,
) -> Path:
    return write_legacy_file(
        folder / name, companies=companies, licenses=licenses or [], employees=employees or []
    )


def content() -> list[list[dict[str, Any]]]:
    return [table_content(table) for table in TABLES]


def test_what_was_imported_is_equal_and_a_rollback_leaves_no_trace(tmp_path: Path) -> None:
    before = content()
    for source in (
        write_dirty_file(tmp_path / "dirty.db"),
        old_file(
            tmp_path,
            "licences.db",
            companies=[company(1)],
            licenses=[license(1, expiry_date="2021-01-01"), license(2, status="pending", documents="[")],
        ),
    ):
        run = source.stem
        import_legacy(source, tmp_path / run, run=run)
        assert verify_legacy(source, tmp_path / f"{run} verify").startswith("EQUAL")
        assert "nothing of it stays" in rollback_legacy(tmp_path / f"{run} back", run=run)
        assert content() == before


def test_what_changed_in_the_file_is_brought_over_and_what_is_gone_goes(tmp_path: Path) -> None:
    source = old_file(
        tmp_path,
        "monday.db",
        companies=[company(1), company(2)],
        licenses=[license(1), license(2), license(3, company_id="company-2")],
        employees=[employee(1), employee(2, department="IT"), employee(3, department="it")],
    )
    import_legacy(source, tmp_path / "monday", run="monday")
    told = len(events_published())
    source = old_file(
        tmp_path,
        "tuesday.db",
        companies=[company(1, phone="22", is_active=0), company(3)],
        licenses=[license(1, expiry_date="2030-01-01"), license(4, company_id="company-3")],
        employees=[employee(1, department="Shop"), employee(3, department="it"), employee(4)],
    )
    report = import_legacy(source, tmp_path / "tuesday", run="tuesday", incremental=True)
    done = {
        name: tuple(table[what] for what in ("imported", "changed", "removed"))
        for name, table in report["tables"].items()
    }
    assert done == {"companies": (1, 1, 1), "departments": (1, 0, 0), "licenses": (1, 1, 2)}
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    with all_companies("test"):
        assert set(Department.objects.values_list("name", flat=True)) == {"المبيعات", "IT", "Shop"}
        assert str(License.objects.get(pk=LICENSE).expires_on) == "2030-01-01"
    kinds = [kind for kind, _payload in events_published()[told:]]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "company.created": 1,
        "company.updated": 1,
        "company.deactivated": 1,
        "company.removed": 1,
        "department.created": 1,
        "license.created": 1,
        "license.updated": 1,
        "license.removed": 2,
    }
    told = len(events_published())
    import_legacy(source, tmp_path / "again", run="again", incremental=True)
    assert len(events_published()) == told


def test_what_people_changed_is_no_difference_and_stays_with_all_it_stands_on(tmp_path: Path) -> None:
    source = old_file(
        tmp_path,
        "old.db",
        companies=[company(1), company(2)],
        licenses=[license(1), license(2, company_id="company-2")],
        employees=[employee(1), employee(2, company_id="company-2")],
    )
    import_legacy(source, tmp_path / "first")
    with all_companies("test"):
        services.license_renew(
            license_id=LICENSE, issued_on=today(), expires_on=today() + timedelta(days=36_500)
        )
        services.department_update(department_id=department_id(COMPANY, "المبيعات"), name="Sales")
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    rollback_legacy(tmp_path / "back")
    with all_companies("test"):
        assert list(Company.objects.values_list("pk", flat=True)) == [COMPANY]
        assert list(Department.objects.values_list("name", flat=True)) == ["Sales"]
        assert list(License.objects.values_list("pk", flat=True)) == [LICENSE]


def test_the_engine_that_ends_licences_makes_no_difference_and_holds_no_rollback_up(tmp_path: Path) -> None:
    before = content()
    source = old_file(
        tmp_path,
        "old.db",
        companies=[company(1)],
        licenses=[license(1, expiry_date=str(today() + timedelta(days=1)))],
    )
    import_legacy(source, tmp_path / "first")
    services.licenses_announce(today() + timedelta(days=2))
    with all_companies("test"):
        assert License.objects.get().status == "expired"
    assert verify_legacy(source, tmp_path / "verify").startswith("EQUAL")
    assert "nothing of it stays" in rollback_legacy(tmp_path / "back")
    assert content() == before
