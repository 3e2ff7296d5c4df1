"""Any history of days, renewals, corrections and deaths: no notice is missed, none is told twice."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.days import today
from common.expiry import DEFAULT
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, STATEMENT, Boundaries, enumerated, lose_connection
from common.testing.database import TestDatabase
from company_service.companies import services
from company_service.companies.exceptions import LicensePeriodError
from company_service.companies.models import License, LicenseNotice
from company_service.companies.tests.factories import CompanyFactory, LicenseFactory

End = tuple[UUID, date]


@dataclass
class Countdown(Boundaries):
    """Stops at the boundary that is so many crossings away, whatever it is."""

    crossings: int = 0

    def cross(self, kind: str, label: str) -> None:
        if kind in self.kinds:
            self.crossings -= 1
            if self.crossings == 0:
                self.stop(label)


@dataclass
class World:
    """A company's licences and the day it is."""

    company: Any
    day: date = field(default_factory=today)
    licenses: list[UUID] = field(default_factory=list)
    closed: dict[End, int] = field(default_factory=dict)
    """How often was told of an end when it stopped to be one."""

    def days_pass(self, count: int) -> None:
        self.day += timedelta(days=count)

    def enter(self, days_left: int) -> None:
        entered = LicenseFactory(company=self.company, expires_on=self.day + timedelta(days=days_left))
        self.licenses.append(entered.id)

    def change(self, which: int, days_left: int | None, *, correct: bool) -> None:
        """Renew, correct or (without days) withdraw one of the licences; what is refused changes nothing."""
        if not self.licenses:
            return
        kept = License.objects.get(pk=self.licenses[which % len(self.licenses)])
        old = kept.expires_on
        assert old is not None
        if days_left is None:
            services.license_withdraw(license_id=kept.id)
            self.licenses.remove(kept.id)
        else:
            new = (self.day if correct else max(old, self.day)) + timedelta(days=days_left)
            try:
                if correct:
                    services.license_update(license_id=kept.id, expires_on=new)
                else:
                    issued_on = new - timedelta(days=1)
                    services.license_renew(license_id=kept.id, issued_on=issued_on, expires_on=new)
            except LicensePeriodError:
                return
            self.closed.pop((kept.id, new), None)
            if new == old:
                return
        self.closed[kept.id, old] = len(told()[kept.id, old])

    def run(self) -> None:
        services.licenses_announce(self.day, batch=2)
        for kept in License.objects.filter(pk__in=self.licenses):
            assert kept.expires_on is not None
            days_left = (kept.expires_on - self.day).days
            noted = {step for step, _told in ledger()[kept.id, kept.expires_on]}
            assert noted >= set(DEFAULT.reached(days_left)), (
                "what was reached was noted, whatever died before"
            )
            assert (kept.status == "expired") is (days_left < 0)
        assert services.licenses_announce(self.day, batch=2).steps == 0, "nothing is left to a second run"

    def check(self) -> None:
        notes, events = ledger(), told()
        assert events == {end: [step for step, was_told in found if was_told] for end, found in notes.items()}
        for end, found in events.items():
            assert found == sorted(set(found), reverse=True), "each step once, none after a more urgent one"
            assert min(found) == min(step for step, _told in notes[end]), "the most urgent is told of"
        for end, count in self.closed.items():
            assert len(events[end]) == count, "no notice of an end that a renewal or a withdrawal has closed"


def ledger() -> dict[End, list[tuple[int, bool]]]:
    found: dict[End, list[tuple[int, bool]]] = defaultdict(list)
    for notice in LicenseNotice.objects.order_by("id"):
        found[notice.license_id, notice.expires_on].append((notice.step, notice.announced))
    return found


def told() -> dict[End, list[int]]:
    found: dict[End, list[int]] = defaultdict(list)
    events = EventRecord.objects.filter(type__in=["license.expiring", "license.expired"]).order_by("id")
    for payload in events.values_list("payload", flat=True):
        found[UUID(payload["license_id"]), date.fromisoformat(payload["expires_on"])].append(payload["step"])
    return found


def die_at(crossings: int, day: date) -> None:
    """A run that loses its database at this boundary, if it comes that far."""
    countdown = Countdown(stop=lose_connection, kinds=frozenset({COMMIT, STATEMENT}), crossings=crossings)
    try:
        with enumerated(countdown):
            services.licenses_announce(day, batch=2)
    except OperationalError:
        connection.close()


which = st.integers(min_value=0, max_value=4)
steps = st.one_of(
    st.tuples(st.just("pass"), st.integers(min_value=0, max_value=40)),
    st.tuples(st.just("enter"), st.integers(min_value=-40, max_value=120)),
    st.tuples(st.just("run")),
    st.tuples(st.just("die"), st.integers(min_value=1, max_value=60)),
    st.tuples(st.just("renew"), which, st.integers(min_value=1, max_value=120)),
    st.tuples(st.just("correct"), which, st.integers(min_value=-40, max_value=120)),
    st.tuples(st.just("withdraw"), which),
)


@given(history=st.lists(steps, min_size=4, max_size=25))
@example(history=[("enter", 15)] * 5 + [("die", crossings) for crossings in range(1, 61)] + [("run",)])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_happens_no_notice_is_missed_and_none_is_told_twice(
    committed_db: None, test_database: TestDatabase, history: list[tuple[Any, ...]]
) -> None:
    test_database.restore()
    with all_companies("test"):
        world = World(CompanyFactory())
    for name, *arguments in [*history, ("run",)]:
        if name == "die":
            die_at(arguments[0], world.day)
        with all_companies("test"):
            match name, arguments:
                case "pass", [count]:
                    world.days_pass(count)
                case "enter", [days_left]:
                    world.enter(days_left)
                case "run", []:
                    world.run()
                case "renew", [index, days_left]:
                    world.change(index, days_left, correct=False)
                case "correct", [index, days_left]:
                    world.change(index, days_left, correct=True)
                case "withdraw", [index]:
                    world.change(index, None, correct=False)
            world.check()
