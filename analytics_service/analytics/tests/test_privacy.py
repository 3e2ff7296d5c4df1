"""Stored events lose what names an erased person; figures stay, for they name nobody."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from analytics_service.analytics.models import EmploymentFact, StoredEvent
from analytics_service.analytics.tests.factories import EmploymentFactFactory, StoredEventFactory
from common.privacy.shares import share_collect, share_erase
from common.privacy.subjects import Order, Subject
from common.security.tenancy import all_companies, company_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def subject(company_id: UUID) -> Subject:
    return Subject(company_id=company_id, employee_id=uuid4(), user_id=uuid4())


@pytest.fixture
def hired(subject: Subject) -> StoredEvent:
    with company_scope(subject.company_id):
        EmploymentFactFactory(
            company_id=subject.company_id, employee_id=subject.employee_id, nationality="Utopian"
        )
        event: StoredEvent = StoredEventFactory(
            company_id=subject.company_id,
            type="employee.hired",
            aggregate_id=subject.employee_id,
            payload={
                "employee_id": str(subject.employee_id),
                "first_name": "Noura",
                "hire_date": "2015-01-31",
            },
        )
        StoredEventFactory(company_id=subject.company_id, payload={"first_name": "Huda"})
    return event


def test_events_and_figures_are_told_of(subject: Subject, hired: StoredEvent) -> None:
    held: dict[str, Any] = {section.holding: section.rows for section in share_collect(subject)}
    assert [row["payload"]["first_name"] for row in held["events"]] == ["Noura"]
    assert held["figures"][0]["nationality"] == "Utopian"


def test_a_full_erasure_empties_events_and_keeps_figures(subject: Subject, hired: StoredEvent) -> None:
    answer = share_erase(Order(request_id=uuid4(), subject=subject, account=True))
    fates = {(line.holding, line.fate): line for line in answer.lines}
    assert fates[("events", "masked")].rows == 1
    assert fates[("figures", "kept")].because == "no_name"
    with all_companies("test"):
        names = set(StoredEvent.objects.values_list("payload__first_name", flat=True))
        assert names == {"", "Huda"}
        assert StoredEvent.objects.get(pk=hired.pk).payload["hire_date"] == "2015-01-31"
        assert EmploymentFact.objects.get().nationality == ""


def test_while_the_law_has_the_record_kept_its_events_are_kept(subject: Subject, hired: StoredEvent) -> None:
    share_erase(Order(request_id=uuid4(), subject=subject, keep_until=date(2031, 5, 1)))
    with all_companies("test"):
        assert StoredEvent.objects.get(pk=hired.pk).payload["first_name"] == "Noura"
