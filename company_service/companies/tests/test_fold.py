"""Folding the ledger into totals, and checking them."""

from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from company_service.companies import selectors, services
from company_service.companies.models import Company, HeadcountEntry, HeadcountTotal
from company_service.companies.services import fold
from company_service.companies.tasks import fold_headcount
from company_service.companies.tests.factories import CompanyFactory, EntryFactory, payloads
from company_service.settings import BEAT_SCHEDULE


def test_a_fold_publishes_once_for_each_company_that_changed(group: None) -> None:
    busy, quiet, turning = CompanyFactory(), CompanyFactory(), CompanyFactory()
    EntryFactory.create_batch(3, company=busy)
    EntryFactory(company=turning, delta=1)
    EntryFactory(company=turning, delta=-1)
    fold_headcount()
    fold_headcount()
    assert payloads("headcount.changed") == [{"company_id": str(busy.id), "headcount": 3, "delta": 3}]
    assert not HeadcountEntry.objects.filter(folded=False).exists()
    assert selectors.headcount_get(quiet.id) == selectors.headcount_get(turning.id) == 0


def test_headcount_events_of_a_company_are_of_one_aggregate_with_rising_versions(company: Company) -> None:
    for _ in range(3):
        EntryFactory(company=company)
        services.headcount_fold()
    records = EventRecord.objects.filter(type="headcount.changed").order_by("id")
    total = HeadcountTotal.objects.get(company=company)
    assert [record.version for record in records] == [1, 2, 3]
    assert {record.aggregate_id for record in records} == {total.id}
    assert {record.company_id for record in records} == {company.id}


def test_a_long_ledger_is_folded_in_batches(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "BATCH", 4)
    EntryFactory.create_batch(9, company=company)
    assert services.headcount_fold() == 3
    assert HeadcountTotal.objects.get(company=company).total == 9


def test_a_fold_takes_two_statements_for_any_number_of_companies(group: None) -> None:
    for _ in range(5):
        EntryFactory(company=CompanyFactory())
    with CaptureQueriesContext(connection) as captured:
        assert services.headcount_fold() == 5
    statements = [query for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len([query for query in statements if "set_config" not in query["sql"]]) == 2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.just("fold"), st.integers(-3, 3).filter(bool)), max_size=12))
def test_folding_at_any_moment_changes_no_headcount(group: None, steps: list[str | int]) -> None:
    company = CompanyFactory()
    expected = 0
    for step in steps:
        if isinstance(step, str):
            services.headcount_fold()
        else:
            EntryFactory(company=company, delta=step)
            expected += step
        assert selectors.headcount_get(company.id) == expected
    assert services.headcount_recount(apply=False) == []


def recount(*arguments: str) -> str:
    out = StringIO()
    call_command("recount_headcount", *arguments, stdout=out)
    return out.getvalue()


def test_recount_shows_differences_and_changes_nothing_unless_told_to(company: Company) -> None:
    EntryFactory.create_batch(2, company=company)
    services.headcount_fold()
    assert "agrees" in recount()
    HeadcountTotal.objects.filter(company=company).update(total=7)
    assert f"{company.id}: 7 stored, 2 counted" in recount()
    assert HeadcountTotal.objects.get(company=company).total == 7
    assert "put right" in recount("--apply")
    assert HeadcountTotal.objects.get(company=company).total == 2
    assert payloads("headcount.changed")[-1] == {"company_id": str(company.id), "headcount": 2, "delta": -5}
    assert "agrees" in recount()


def test_recount_restores_a_lost_total(company: Company) -> None:
    EntryFactory(company=company)
    services.headcount_fold()
    HeadcountTotal.objects.all().delete()
    recount("--apply")
    assert HeadcountTotal.objects.get(company=company).total == 1


def test_beat_folds_every_two_seconds() -> None:
    entry = BEAT_SCHEDULE["fold"]
    assert entry["task"] == fold_headcount.name
    assert entry["schedule"] == 2.0


def test_a_fold_that_is_cut_off_has_folded_nothing(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
        EntryFactory(company=company)

    def cut_off(company_id: UUID) -> None:
        with all_companies("test"):
            services.headcount_fold()
            assert HeadcountTotal.objects.filter(company_id=company_id).exists()
            raise ConnectionError

    with pytest.raises(ConnectionError):
        cut_off(company.id)
    with all_companies("test"):
        assert not HeadcountTotal.objects.exists()
        assert not EventRecord.objects.filter(type="headcount.changed").exists()
        assert services.headcount_fold() == 1
