"""``verify_legacy``: what it calls equal, what it tells apart, and what it does not let pass."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from common.legacy.account import state_sql
from common.legacy.facts import Facts
from common.legacy.ids import new_id
from common.legacy.tests import shelf
from common.legacy.tests.shelf_runs import Shelf, employee_id, somebody, the_shelf
from common.reference.models import CompanyRef, UserRef
from common.security.tenancy import all_companies
from common.testing.legacy_files import write_dirty_file

__all__ = ["the_shelf"]
COMPANY = new_id("companies", "company-1")


def people(report: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = report["entries"]["people"]
    return entry


def written_so(the_shelf: Shelf, number: int) -> None:
    """As if the import had written the person just as they are now."""
    _departments, entry = shelf.plan(Facts())
    state = f"SELECT {state_sql(entry.account)} FROM {entry.account.source} WHERE t.id = %s"
    the_shelf.sql(
        f"UPDATE imported_rows SET state_hash = ({state}) WHERE name = 'people' AND key = %s",
        employee_id(number),
        f"emp-{number}",
    )


def test_what_was_just_imported_is_equal_and_every_row_accounted_for(
    the_shelf: Shelf, tmp_path: Path
) -> None:
    source = write_dirty_file(tmp_path / "dirty.db")
    the_shelf.bring(source)
    report = the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines
    found = people(report)
    assert found["outcomes"]["counted"] == found["outcomes"]["ledger"] == {"imported": 9, "quarantined": 12}
    assert found["source_rows"] == found["outcomes"]["agreeing"] == 21
    assert found["quarantine"]["rows"] == 12
    assert found["quarantine"]["reasons"]["unreadable_values"] == 8
    assert found["quarantine"]["problems"]["salary: negative"] == 1
    assert the_shelf.lines[-1] == report["sentence"]
    assert report["sentence"] == (
        "EQUAL: the employee service accounts for all 42 rows and has what the file says."
    )


def test_every_column_has_a_checksum_that_is_the_same_on_both_sides(the_shelf: Shelf) -> None:
    source = the_shelf.file(*(somebody(n, salary=n + 0.5) for n in range(20)))
    the_shelf.bring(source)
    columns = people(the_shelf.verify(source))["columns"]
    assert set(columns) == {"company_id", "user_id", "name", "salary", "created_at"}
    for check in columns.values():
        assert (check["compared"], check["differing"]) == (20, 0)
        assert check["checksum_file"] == check["checksum_here"] != f"{0:016x}"
    assert columns["name"]["checksum_file"] != columns["salary"]["checksum_file"]


def test_a_value_that_the_import_wrote_wrongly_is_a_difference(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)
    the_shelf.sql("UPDATE shelf_people SET name = 'somebody else' WHERE id = %s", employee_id(2))
    written_so(the_shelf, 2)
    report = the_shelf.verify(source)
    assert the_shelf.code == 1
    name = people(report)["columns"]["name"]
    assert name["differing"] == 1
    assert name["checksum_file"] != name["checksum_here"]
    (example,) = people(report)["examples"]
    assert (example["key"], example["column"]) == ("emp-2", "name")
    assert (example["file"], example["here"]) == ("محمد 2", "somebody else")
    assert the_shelf.lines[-1].startswith("NOT EQUAL: the employee service has 1 difference ")


def test_a_moment_that_the_import_wrote_wrongly_is_a_difference(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)
    the_shelf.sql(
        "UPDATE shelf_people SET created_at = created_at + interval '3 hours' WHERE id = %s", employee_id(2)
    )
    report = the_shelf.verify(source)
    assert the_shelf.code == 1
    assert people(report)["columns"]["created_at"]["differing"] == 1
    assert [(each["key"], each["column"]) for each in people(report)["examples"]] == [("emp-2", "created_at")]


@pytest.mark.parametrize("said", [None, "", "some day"])
def test_a_moment_that_the_file_does_not_say_is_the_imports_own(the_shelf: Shelf, said: str | None) -> None:
    source = the_shelf.file(somebody(1, created_at=said))
    the_shelf.bring(source)
    report = the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines
    assert people(report)["columns"]["created_at"]["differing"] == 0


def test_what_people_changed_since_is_told_apart_and_is_no_difference(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1, salary=100), somebody(2, salary=200))
    the_shelf.bring(source)
    the_shelf.sql("UPDATE shelf_people SET salary = 250 WHERE id = %s", employee_id(2))
    report = the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines
    assert people(report)["explained"] == {"people": 1}
    salary = people(report)["columns"]["salary"]
    assert (salary["compared"], salary["changed_by_people"]) == (1, 1)
    (money,) = people(report)["money"]
    assert (money["company"], money["column"]) == ("شركة النيل 1", "salary")
    amounts = [Decimal(money[key]) for key in ("file", "here", "changed_by_people", "unexplained")]
    assert amounts == [300, 350, 50, 0]
    assert "but for 1 things that people have changed since" in the_shelf.lines[-1]


def test_money_is_summed_company_by_company(the_shelf: Shelf) -> None:
    source = the_shelf.file(
        somebody(1, salary="1,000.250 KD"),
        somebody(2, salary=0.1),
        somebody(3, salary=5, company_id="company-2"),
    )
    the_shelf.bring(source)
    money = {sums["company"]: sums for sums in people(the_shelf.verify(source))["money"]}
    assert (
        Decimal(money["شركة النيل 1"]["file"])
        == Decimal(money["شركة النيل 1"]["here"])
        == Decimal("1000.350")
    )
    assert Decimal(money["شركة النيل 2"]["here"]) == 5


def test_what_is_missing_here_is_a_difference_unless_people_took_it_away(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)
    the_shelf.sql("DELETE FROM shelf_people WHERE id = %s", employee_id(1))
    report = the_shelf.verify(source)
    assert the_shelf.code == 1
    assert people(report)["unexplained"] == {"missing": 1}
    the_shelf.sql(
        "INSERT INTO event_log (event_id, type, aggregate_id, company_id, version, request_id, payload)"
        " VALUES (gen_random_uuid(), 'person.deleted', %s, %s, 1, '', '{}')",
        employee_id(1),
        COMPANY,
    )
    report = the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines
    assert people(report)["explained"] == {"taken_away": 1}


def test_rows_that_came_changed_or_went_in_the_file_since_are_differences(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2), somebody(3)))
    later = the_shelf.file(somebody(1), somebody(2, salary=999), somebody(4), name="later.db")
    report = the_shelf.verify(later)
    assert the_shelf.code == 1
    assert people(report)["unexplained"] == {"new": 1, "gone": 1, "file_changed": 1}
    assert people(report)["outcomes"]["examples"] == {"new": ["emp-4"], "gone": ["emp-3"]}


def test_what_happened_over_there_to_a_company_that_was_handed_over_is_left_behind(the_shelf: Shelf) -> None:
    the_shelf.bring(the_shelf.file(somebody(1), somebody(2), somebody(3)))
    the_shelf.sql("INSERT INTO handed_over_companies (company_id) VALUES (%s)", COMPANY)
    later = the_shelf.file(somebody(1), somebody(2, salary=999), somebody(4), name="later.db")
    report = the_shelf.verify(later)
    assert the_shelf.code == 0, the_shelf.lines
    assert people(report)["explained"] == {"left_behind": 3}


def test_a_row_that_the_service_refused_is_explained_and_one_without_a_reason_is_not(
    the_shelf: Shelf,
) -> None:
    source = the_shelf.file(somebody(1), somebody(2, arabic_name="nobody"), somebody(3, arabic_name="ghost"))
    the_shelf.bring(source)
    report = the_shelf.verify(source)
    assert the_shelf.code == 0, the_shelf.lines
    assert people(report)["explained"] == {"refused": 2}
    assert people(report)["quarantine"]["reasons"] == {"refused": 2}
    the_shelf.sql("DELETE FROM quarantined_rows WHERE old_id = 'emp-2'")
    report = the_shelf.verify(source)
    assert the_shelf.code == 1
    assert people(report)["quarantine"]["unexplained"] == 1


def test_an_entry_of_the_ledger_that_says_something_else_is_a_difference(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)
    the_shelf.sql(
        "UPDATE imported_rows SET outcome = 'skipped', target_id = NULL WHERE name = 'people' AND key = 'emp-2'"
    )
    report = the_shelf.verify(source)
    assert the_shelf.code == 1
    assert people(report)["unexplained"] == {"imported_but_skipped": 1}


def test_ids_of_other_services_are_looked_up_in_what_those_have_told(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1))
    the_shelf.bring(source)
    report = the_shelf.verify(source, skip_references=False)
    assert the_shelf.code == 1
    unknown = {each["column"]: each for each in people(report)["references"]}
    assert (unknown["company_id"]["ids"], unknown["company_id"]["unresolved"]) == (1, 1)
    assert unknown["company_id"]["examples"] == [str(COMPANY)]
    account = the_shelf.sql("SELECT user_id FROM shelf_people")[0][0]
    with all_companies("test"):
        CompanyRef.objects.create(company_id=COMPANY, name="A")
        UserRef.objects.create(user_id=account, email="a@example.com")
    report = the_shelf.verify(source, skip_references=False)
    assert the_shelf.code == 0, the_shelf.lines
    assert [each["unresolved"] for each in people(report)["references"]] == [0, 0]


def test_departments_named_by_many_rows_are_compared_once(the_shelf: Shelf) -> None:
    source = the_shelf.file(*(somebody(n, department="IT" if n % 2 else "it ") for n in range(10)))
    the_shelf.bring(source)
    departments = the_shelf.verify(source)["entries"]["departments"]
    assert the_shelf.code == 0, the_shelf.lines
    assert departments["outcomes"]["ledger"] == {"imported": 1, "merged": 9}
    assert departments["columns"]["name"]["compared"] == 1


def test_rows_that_merge_or_stay_behind_are_accounted_for(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1, position="merged"), somebody(2, position="skipped"), somebody(3))
    the_shelf.bring(source)
    found = people(the_shelf.verify(source))
    assert the_shelf.code == 0, the_shelf.lines
    assert found["outcomes"]["ledger"] == {"imported": 1, "merged": 1, "skipped": 1}


def test_nothing_imported_is_not_equal(the_shelf: Shelf) -> None:
    report = the_shelf.verify(the_shelf.file(somebody(1)))
    assert the_shelf.code == 1
    assert people(report)["unexplained"] == {"new": 1}


def test_verifying_changes_nothing(the_shelf: Shelf) -> None:
    source = the_shelf.file(somebody(1), somebody(2))
    the_shelf.bring(source)

    def state() -> list[Any]:
        return [
            the_shelf.sql(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            for table in ("shelf_people", "imported_rows", "import_runs", "import_tables", "event_log")
        ]

    before = state()
    the_shelf.verify(source)
    assert state() == before


def test_a_file_that_cannot_be_read_is_exit_code_2(the_shelf: Shelf, tmp_path: Path) -> None:
    the_shelf.verify(tmp_path / f"{uuid4()}.db")
    assert the_shelf.code == 2
    assert the_shelf.lines[-1].startswith("There is no file")


@pytest.mark.parametrize("rows", [1, 7])
def test_batches_make_no_difference(the_shelf: Shelf, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    source = the_shelf.file(*(somebody(n, department=f"d{n % 3}", salary=n) for n in range(20)))
    the_shelf.bring(source)
    whole = the_shelf.verify(source)["entries"]
    monkeypatch.setattr("common.legacy.verify._BATCH", rows)
    assert the_shelf.verify(source)["entries"] == whole
