"""``manage.py backfill`` over the employee service's feed: the figures are rebuilt from nothing."""

from collections.abc import Iterator
from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

import msgspec
import pytest
from django.core.management import call_command

from analytics_service.analytics.models import CachedMetric, EmploymentFact
from analytics_service.analytics.tests.streams import approved, enveloped, hired, terminated, transferred
from common.messaging.envelopes import FeedPage
from common.messaging.pull import pull
from common.messaging.tests.producer import Producer
from common.security.tenancy import all_companies

pytestmark = pytest.mark.usefixtures("committed_db")
JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)


class EmployeeService(Producer):
    """Its feed, as others see it."""

    def page(self, **asked: Any) -> FeedPage:
        return msgspec.structs.replace(super().page(**asked), producer="employee")


@pytest.fixture
def people(committed_db: None, settings: Any, company_id: UUID) -> Iterator[list[UUID]]:
    """Three employees, whose log was read here as it grew."""
    producer = EmployeeService()
    settings.SERVICE_URLS = {**settings.SERVICE_URLS, "employee": producer.server.url}
    hires = [hired(company_id, hire_date=JAN, nationality=name) for name in ("Kuwaiti", "Indian", "")]
    told = [
        *[(JAN, hire) for hire in hires],
        (FEB, transferred(hires[0], UUID(int=5))),
        (FEB, approved(hires[1], FEB, FEB, 1)),
        (FEB, terminated(hires[2], FEB)),
    ]
    with producer.server.running():
        for position, (day, event) in enumerate(told, 1):
            producer.log.append(enveloped(event, day, position=position))
            pull("employee")
        yield [hire.employee_id for hire in hires]


def backfill(*arguments: str) -> list[str]:
    said = StringIO()
    call_command("backfill", "--producer", "employee", *arguments, stdout=said)
    return said.getvalue().splitlines()


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_a_rebuild_equals_what_was_there(dry: list[str]) -> None:
    assert backfill(*dry)[1:] == ["  no difference"]


@pytest.mark.usefixtures("people")
def test_wrong_missing_and_made_up_figures_do_not_outlive_a_rebuild(company_id: UUID) -> None:
    with all_companies("test"):
        CachedMetric.objects.filter(metric="headcount", dimension="", day=JAN).update(value=9)
        CachedMetric.objects.filter(metric="leavers").delete()
        CachedMetric.objects.create(company_id=company_id, metric="joiners", day=date(1999, 1, 1), value=5)
        EmploymentFact.objects.update(nationality="Martian")
    changes = "  metrics_cache: 3 added, 1 removed, 1 changed"
    facts = "  employment_facts: 0 added, 0 removed, 3 changed"
    assert sorted(backfill("--dry-run")[1:]) == [facts, changes]
    assert sorted(backfill()[1:]) == [facts, changes]
    assert backfill()[1:] == ["  no difference"]
    said = StringIO()
    call_command("check_metrics", stdout=said)
    assert "no difference" in said.getvalue()


def test_one_employee_is_rebuilt_alone(people: list[UUID]) -> None:
    with all_companies("test"):
        EmploymentFact.objects.filter(employee_id=people[0]).update(nationality="Kuwait")
    # What was derived of a wrong state is taken back by that state, so the figures need the whole rebuild.
    assert backfill("--aggregate", str(people[1]))[1:] == ["  no difference"]
    backfill()
    assert backfill("--aggregate", str(people[0]))[1:] == ["  no difference"]
