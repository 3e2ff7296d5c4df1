"""Rebuilding what was derived from events, and saying beforehand what that would change."""

from collections.abc import Iterator
from io import StringIO
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import OperationalError, connections, transaction

from common.messaging.backfill import BackfillError, Difference, backfill
from common.messaging.consumers import forgets, registry
from common.messaging.inbox import MAX_ATTEMPTS, apply
from common.messaging.models import Cursor, ParkedEvent
from common.messaging.pull import FeedUnavailableError, pull
from common.messaging.tests.events import batch, envelope
from common.messaging.tests.producer import Producer, running_producer
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies
from common.testing.boundaries import COMMIT, Boundaries, enumerated
from common.testing.threads import run_all

pytestmark = pytest.mark.usefixtures("committed_db")

COMPANIES = [UUID(int=number) for number in range(1, 6)]
TABLE = "companies_ref"


@pytest.fixture
def company(committed_db: None, settings: Any) -> Iterator[Producer]:
    """A company service whose log of five companies was applied here."""
    with running_producer(settings) as producer:
        producer.log = [
            envelope(position, aggregate=company_id, name=f"Company {position}")
            for position, company_id in enumerate(COMPANIES, 1)
        ]
        pull("company")
        yield producer


def names() -> list[str]:
    with all_companies("test"):
        return list(CompanyRef.objects.order_by("company_id").values_list("name", flat=True))


def spoil(number: int) -> None:
    with all_companies("test"):
        CompanyRef.objects.filter(company_id=UUID(int=number)).update(name="Spoiled")


def lose(number: int) -> None:
    with all_companies("test"):
        CompanyRef.objects.filter(company_id=UUID(int=number)).delete()


HEALTHY = [f"Company {number}" for number in range(1, 6)]


@pytest.mark.usefixtures("company")
class TestDifference:
    @pytest.mark.parametrize("dry_run", [True, False])
    def test_a_healthy_consumer_does_not_differ(self, dry_run: bool) -> None:
        assert backfill("company", dry_run=dry_run) == (5, [])
        assert names() == HEALTHY

    def test_a_row_that_is_missing_would_be_added(self) -> None:
        lose(2)
        assert backfill("company", dry_run=True) == (5, [Difference(TABLE, added=1, removed=0, changed=0)])
        assert len(names()) == 4

    def test_a_row_that_is_wrong_would_be_changed(self) -> None:
        spoil(2)
        spoil(3)
        assert backfill("company", dry_run=True) == (5, [Difference(TABLE, added=0, removed=0, changed=2)])
        assert names().count("Spoiled") == 2

    def test_a_rebuild_brings_back_what_is_missing_or_wrong_and_then_nothing_differs(self) -> None:
        lose(1)
        spoil(4)
        assert backfill("company") == (5, [Difference(TABLE, added=1, removed=0, changed=1)])
        assert names() == HEALTHY
        assert backfill("company", dry_run=True) == (5, [])
        assert Cursor.objects.get(producer="company").position == 5

    def test_one_aggregate_is_rebuilt_alone(self) -> None:
        spoil(2)
        spoil(3)
        assert backfill("company", aggregate_id=UUID(int=2)) == (1, [Difference(TABLE, 0, 0, 1)])
        assert names() == ["Company 1", "Company 2", "Spoiled", "Company 4", "Company 5"]


class TestWhatIsApplied:
    def test_what_the_consumer_has_yet_to_read_is_left_to_it(self, company: Producer) -> None:
        company.log.append(envelope(6, aggregate=UUID(int=6), name="Company 6"))
        assert backfill("company") == (5, [])
        assert names() == HEALTHY

    def test_a_consumer_that_has_read_nothing_has_nothing_to_rebuild(self, company: Producer) -> None:
        Cursor.objects.all().delete()
        assert backfill("company") == (0, [])

    def test_what_is_parked_or_skipped_stays_out(self, company: Producer) -> None:
        company.log.append(envelope(6, aggregate=UUID(int=6), payload={"name": "No id"}))
        for _ in range(MAX_ATTEMPTS + 1):
            pull("company")
        assert backfill("company") == (5, [])
        with all_companies("test"):
            assert ParkedEvent.objects.update(state="skipped") == 1
        assert backfill("company") == (5, [])

    def test_what_is_applied_while_the_log_is_being_fetched_is_not_overwritten(
        self, company: Producer
    ) -> None:
        renamed = envelope(6, aggregate=UUID(int=1), name="Renamed")
        serve = company.server.answer

        def answer_then_rename(path: str, body: bytes) -> Any:
            answer = serve(path, body)
            if renamed not in company.log:
                company.log.append(renamed)
                apply(batch(5, renamed))
                connections.close_all()
            return answer

        company.server.answer = answer_then_rename
        assert backfill("company") == (6, [])
        assert names()[0] == "Renamed"

    def test_the_consumer_waits_until_the_rebuild_has_committed(self, company: Producer) -> None:
        spoil(1)
        found: list[Exception] = []

        def take() -> None:
            with transaction.atomic():
                Cursor.objects.select_for_update(nowait=True).get(producer="company")

        def look(_boundary: str) -> None:
            try:
                run_all([take])
            except OperationalError as error:
                found.append(error)

        with enumerated(Boundaries(stop=look, kinds=frozenset({COMMIT}), armed="before commit in main#1")):
            backfill("company")
        assert len(found) == 1


class TestForgetting:
    @pytest.fixture
    def forgotten(self) -> Iterator[list[UUID | None]]:
        """This service forgets the copies of companies before it rebuilds them."""
        asked: list[UUID | None] = []

        @forgets("company")
        def forget(aggregate_id: UUID | None) -> None:
            asked.append(aggregate_id)
            CompanyRef.objects.all().delete()

        yield asked
        registry.forgetting["company"].remove(forget)

    def test_what_no_event_tells_of_does_not_outlive_a_rebuild(
        self, company: Producer, forgotten: list[UUID | None]
    ) -> None:
        with all_companies("test"):
            CompanyRef.objects.create(company_id=UUID(int=9), name="Made up")
        assert backfill("company", dry_run=True) == (5, [Difference(TABLE, added=0, removed=1, changed=0)])
        assert len(names()) == 6
        backfill("company")
        assert names() == HEALTHY
        assert set(forgotten) == {None}

    def test_of_one_aggregate_only_that_is_forgotten(
        self, company: Producer, forgotten: list[UUID | None]
    ) -> None:
        backfill("company", aggregate_id=UUID(int=2), dry_run=True)
        assert set(forgotten) == {UUID(int=2)}


class TestRefusals:
    def test_a_pruned_log_rebuilds_nothing(self, company: Producer) -> None:
        company.pruned_to = 2
        spoil(5)
        with pytest.raises(BackfillError, match="pruned its first 2 events"):
            backfill("company")
        assert names()[4] == "Spoiled"

    def test_a_log_of_another_epoch_is_left_to_the_reconciliation(self, company: Producer) -> None:
        company.epoch = uuid4()
        with pytest.raises(BackfillError, match="new epoch"):
            backfill("company")

    def test_an_event_that_cannot_be_applied_any_more_changes_nothing(self, company: Producer) -> None:
        spoil(1)
        company.log[3] = envelope(4, aggregate=UUID(int=4), payload={"name": "No id"})
        with pytest.raises(BackfillError, match=r"company 1\.\.5 cannot be applied: ValidationError"):
            backfill("company")
        assert names()[0] == "Spoiled"

    def test_a_producer_that_is_down_is_named(self, company: Producer) -> None:
        company.server.answer = lambda _path, _body: (503, {}, {})
        with pytest.raises(FeedUnavailableError, match="company"):
            backfill("company")


class TestCommand:
    def run(self, *arguments: str) -> list[str]:
        said = StringIO()
        call_command("backfill", *arguments, stdout=said)
        return said.getvalue().splitlines()

    def test_it_shows_the_difference_and_then_makes_it(self, company: Producer) -> None:
        spoil(2)
        changed = f"  {TABLE}: 0 added, 0 removed, 1 changed"
        assert self.run("--producer", "company", "--dry-run") == [
            "company: 5 events applied (dry run).",
            changed,
        ]
        assert self.run("--producer", "company", "--aggregate", str(UUID(int=2))) == [
            "company: 1 events applied.",
            changed,
        ]
        assert self.run("--producer", "company") == ["company: 5 events applied.", "  no difference"]

    def test_without_a_producer_it_rebuilds_from_all_that_are_followed(
        self, company: Producer, settings: Any
    ) -> None:
        with running_producer(settings, "auth"):
            lines = self.run("--dry-run")
        assert [line for line in lines if not line.startswith("  ")] == [
            "auth: 0 events applied (dry run).",
            "company: 5 events applied (dry run).",
        ]

    def test_a_service_that_is_not_followed_is_refused(self) -> None:
        with pytest.raises(CommandError, match="does not follow 'analytics'; it follows auth, company"):
            self.run("--producer", "analytics")

    def test_what_cannot_be_done_is_said_in_a_sentence(self, company: Producer) -> None:
        company.pruned_to = 2
        with pytest.raises(CommandError, match="pruned"):
            self.run("--producer", "company")
