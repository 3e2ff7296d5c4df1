"""Notices of licences that end: each step told once, whenever the runs come."""

from collections.abc import Iterable
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from common.days import today
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies, company_scope
from common.testing.threads import run_all
from company_service.companies import services
from company_service.companies.models import Company, License, LicenseNotice, LicensePeriod
from company_service.companies.services import Noted
from company_service.companies.services.notices import BATCH
from company_service.companies.tasks import announce_expiries
from company_service.companies.tests.factories import CompanyFactory, LicenseFactory, payloads
from company_service.settings import BEAT_SCHEDULE

END = date(2031, 6, 30)


def left(days: int) -> date:
    """The day on which END is that many days ahead."""
    return END - timedelta(days=days)


def steps(kept: License, end: date = END) -> list[int]:
    """The steps in the ledger, in their order."""
    notices = LicenseNotice.objects.filter(license=kept, expires_on=end)
    return list(notices.order_by("id").values_list("step", flat=True))


def told() -> list[tuple[str, int, int]]:
    """Type, days left and step of each notice published, in their order."""
    events = EventRecord.objects.filter(type__in=["license.expiring", "license.expired"]).order_by("id")
    return [(kind, what["days_left"], what["step"]) for kind, what in events.values_list("type", "payload")]


def run_on(days: Iterable[int]) -> None:
    for days_left in days:
        services.licenses_announce(left(days_left))


def test_daily_runs_tell_of_each_step_on_its_day(company: Company) -> None:
    kept = LicenseFactory(company=company, expires_on=END)
    run_on(range(95, -16, -1))
    before = [90, 60, 30, 14, 7, 0]
    assert told() == [
        *[("license.expiring", step, step) for step in before],
        *[("license.expired", step, step) for step in (-1, -7, -14)],
    ]
    assert steps(kept) == [*before, -1, -7, -14]


def test_after_ten_days_off_every_missed_step_is_noted_and_the_most_urgent_told(company: Company) -> None:
    kept = LicenseFactory(company=company, expires_on=END)
    run_on([16])
    assert services.licenses_announce(left(6)) == Noted(steps=2, notices=1)
    assert services.licenses_announce(left(6)) == Noted()
    assert told() == [("license.expiring", 16, 30), ("license.expiring", 6, 7)]
    assert steps(kept) == [90, 60, 30, 14, 7]
    notices = LicenseNotice.objects.order_by("id").values_list("step", "announced", "noted_on")
    assert list(notices)[-2:] == [(14, False, left(6)), (7, True, left(6))]


def test_a_notice_says_which_license_ends_when(company: Company) -> None:
    kept = LicenseFactory(company=company, number="44", name="رخصة", expires_on=END)
    run_on([8, -2])
    shared = {
        "license_id": str(kept.id),
        "company_id": str(company.id),
        "number": "44",
        "name": "رخصة",
        "expires_on": str(END),
    }
    assert payloads("license.expiring") == [{**shared, "days_left": 8, "step": 14}]
    assert payloads("license.expired") == [{**shared, "days_left": -2, "step": -1}]
    events = EventRecord.objects.filter(aggregate_id=kept.id).order_by("id")
    assert list(events.values_list("version", "company_id")) == [(n, company.id) for n in (1, 2, 3)]


def test_a_license_turns_expired_on_the_day_after_its_last(company: Company) -> None:
    kept = LicenseFactory(company=company, expires_on=END)
    for days_left, status in ((0, "active"), (-1, "expired")):
        run_on([days_left])
        kept.refresh_from_db()
        assert kept.status == status


def test_a_renewal_ends_the_notices_of_the_old_end_and_the_new_one_has_its_own(company: Company) -> None:
    kept = LicenseFactory(company=company, issued_on=left(365), expires_on=END)
    run_on([30])
    following = END + timedelta(days=60)
    services.license_renew(license_id=kept.id, issued_on=left(20), expires_on=following)
    run_on([14, 0, -30])
    assert steps(kept) == [90, 60, 30]
    assert steps(kept, following) == [90, 60, 30]
    assert told() == [
        ("license.expiring", 30, 30),
        ("license.expiring", 74, 90),
        ("license.expiring", 60, 60),
        ("license.expiring", 30, 30),
    ]


def test_an_end_that_is_corrected_back_is_not_told_of_twice(company: Company) -> None:
    kept = LicenseFactory(company=company, expires_on=END)
    run_on([30])
    services.license_update(license_id=kept.id, expires_on=END + timedelta(days=365))
    run_on([29])
    services.license_update(license_id=kept.id, expires_on=END)
    run_on([28])
    assert told() == [("license.expiring", 30, 30)]


def test_a_withdrawn_license_and_one_without_an_end_are_not_told_of(company: Company) -> None:
    withdrawn = LicenseFactory(company=company, expires_on=END)
    services.license_withdraw(license_id=withdrawn.id)
    LicenseFactory(company=company)
    assert services.licenses_announce(left(-100)) == Noted()


def test_a_pending_license_is_told_of_and_stays_pending(company: Company) -> None:
    kept = LicenseFactory(company=company, status="pending", expires_on=END)
    run_on([-3])
    assert told() == [("license.expired", -3, -1)]
    kept.refresh_from_db()
    assert kept.status == "pending"


def test_licenses_of_every_company_are_told_of_in_their_own(group: None) -> None:
    kept = [LicenseFactory(expires_on=END) for _ in range(2)]
    run_on([7])
    events = EventRecord.objects.filter(type="license.expiring").values_list("company_id", flat=True)
    assert set(events) == {entry.company_id for entry in kept}
    with company_scope(kept[0].company_id):
        assert set(LicenseNotice.objects.values_list("license_id", flat=True)) == {kept[0].id}


def test_more_licenses_than_a_batch_holds_are_all_told_of(company: Company) -> None:
    License.objects.bulk_create(
        License(
            company=company, number=str(n), number_folded=str(n), name="A", name_folded="a", type="main",
            expires_on=END,
        )
        for n in range(BATCH + 1)
    )  # fmt: skip
    assert services.licenses_announce(left(90)) == Noted(steps=BATCH + 1, notices=BATCH + 1)
    assert len(payloads("license.expiring")) == BATCH + 1


def test_runs_at_the_same_time_tell_of_each_license_once(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
        LicenseFactory.create_batch(20, company=company, expires_on=END)
    done = run_all([lambda: services.licenses_announce(left(10), batch=3)] * 4)
    assert sum(done, Noted()) == Noted(steps=80, notices=20)
    with all_companies("test"):
        assert len(told()) == 20
        assert LicenseNotice.objects.count() == 80


def test_a_license_is_either_told_of_or_renewed_before(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
        kept = LicenseFactory.create_batch(6, company=company, expires_on=END)

    def renew(entry: License) -> None:
        with company_scope(company.id):
            services.license_renew(license_id=entry.id, issued_on=left(9), expires_on=date(2040, 1, 1))

    run_all(
        [lambda: services.licenses_announce(left(10)), *[lambda entry=entry: renew(entry) for entry in kept]]
    )
    with all_companies("test"):
        for entry in kept:
            events = EventRecord.objects.filter(aggregate_id=entry.id).order_by("version")
            types = list(events.values_list("type", flat=True))
            renewed_first = ["license.created", "license.updated"]
            assert types in (renewed_first, ["license.created", "license.expiring", "license.updated"])
            assert steps(entry) == ([] if types == renewed_first else [90, 60, 30, 14])


@pytest.mark.parametrize("model", [LicenseNotice, LicensePeriod])
def test_what_was_valid_and_what_was_told_is_never_rewritten(company: Company, model: Any) -> None:
    kept = LicenseFactory(company=company, expires_on=END)
    run_on([90])
    services.license_renew(license_id=kept.id, issued_on=left(80), expires_on=date(2040, 1, 1))
    for change in (lambda rows: rows.update(expires_on=left(1)), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
            change(model.objects.filter(license=kept))


def command(*arguments: str) -> str:
    output = StringIO()
    call_command("announce_expiries", *arguments, stdout=output)
    return output.getvalue().strip()


def test_the_command_tells_as_of_any_day(company: Company) -> None:
    LicenseFactory(company=company, expires_on=END)
    assert command("--date", str(left(91))) == "Steps noted: 0. Notices published: 0."
    assert command("--date", str(left(20))) == "Steps noted: 3. Notices published: 1."
    with pytest.raises(CommandError, match="invalid day value"):
        command("--date", "31/12/2021")


def test_without_a_day_command_and_task_take_the_companies_own(company: Company) -> None:
    LicenseFactory(company=company, expires_on=today() + timedelta(days=7))
    assert command() == "Steps noted: 5. Notices published: 1."
    LicenseFactory(company=company, expires_on=today() + timedelta(days=8))
    announce_expiries()
    assert [step for _type, _left, step in told()] == [7, 14]


def test_beat_looks_every_hour_so_that_no_hour_off_costs_a_day() -> None:
    entry = BEAT_SCHEDULE["notices of licences"]
    assert entry["task"] == announce_expiries.name
    assert len(entry["schedule"].hour) == 24
