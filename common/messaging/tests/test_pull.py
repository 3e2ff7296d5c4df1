"""Pulling another service's feed over HTTP: whatever the broker lost, and whatever became of the producer."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.messaging.consumers import Registry, registry
from common.messaging.inbox import MAX_ATTEMPTS, start_epoch
from common.messaging.models import Cursor, ParkedEvent, Subscriber
from common.messaging.pull import FeedUnavailableError, fetch, producers, pull, receive
from common.messaging.sequencer import sequence
from common.messaging.tests.events import batch, envelope, write_event
from common.messaging.tests.producer import Producer, running_producer
from common.messaging.tests.web import running_web
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies

pytestmark = pytest.mark.usefixtures("committed_db")

COMPANIES = [UUID(int=number) for number in range(1, 6)]


@pytest.fixture
def company(settings: Any) -> Iterator[Producer]:
    """A company service whose log tells of five companies."""
    with running_producer(settings) as producer:
        producer.log = [
            envelope(position, aggregate=company_id, name=f"Company {position}")
            for position, company_id in enumerate(COMPANIES, 1)
        ]
        yield producer


def copies() -> dict[str, str]:
    """What this service knows about companies: names by the number of the company."""
    with all_companies("test"):
        return {
            str(company_id.int): name
            for company_id, name in CompanyRef.objects.values_list("company_id", "name")
        }


def expected(*numbers: int) -> dict[str, str]:
    return {str(number): f"Company {number}" for number in numbers}


def cursor() -> Cursor:
    return Cursor.objects.get(producer="company")


class TestReading:
    def test_a_first_pull_reads_the_whole_log(self, company: Producer) -> None:
        assert pull("company") == 5
        assert copies() == expected(1, 2, 3, 4, 5)
        assert (cursor().position, cursor().head, cursor().epoch) == (5, 5, company.epoch)
        assert cursor().pulled_at is not None

    def test_it_asks_for_what_this_service_listens_to_and_goes_on_where_it_stopped(
        self, company: Producer
    ) -> None:
        pull("company")
        company.log.append(envelope(6, aggregate=COMPANIES[0], name="Renamed"))
        assert pull("company") == 6
        assert [asked["after"] for asked in company.asked] == ["0", "5"]
        assert {asked["types"] for asked in company.asked} == {",".join(registry.types_from("company") or ())}
        assert copies()["1"] == "Renamed"

    def test_a_long_log_comes_in_pages(self, company: Producer) -> None:
        assert pull("company", limit=2) == 5
        assert [asked["after"] for asked in company.asked] == ["0", "2", "4"]
        assert copies() == expected(1, 2, 3, 4, 5)

    @pytest.mark.usefixtures("company")
    def test_a_pull_stops_when_its_time_is_up_and_the_next_one_goes_on(self) -> None:
        assert [pull("company", max_seconds=0, limit=2) for _ in range(3)] == [2, 4, 5]

    def test_an_idle_poll_writes_nothing(self, company: Producer) -> None:
        pull("company")
        before = Cursor.objects.values().get(producer="company")
        assert pull("company") == 5
        assert Cursor.objects.values().get(producer="company") == before

    def test_it_follows_those_whose_events_it_consumes(self) -> None:
        assert producers() == ["auth", "company"]

    def test_an_event_that_cannot_be_applied_is_parked_by_later_pulls_and_the_others_come_through(
        self, company: Producer
    ) -> None:
        company.log[2] = envelope(3, aggregate=COMPANIES[2], payload={"name": "No id"})
        positions = [pull("company") for _ in range(MAX_ATTEMPTS + 1)]
        assert positions[-1] == 5
        assert copies() == expected(1, 2, 4, 5)
        with all_companies("test"):
            assert list(ParkedEvent.objects.values_list("position", flat=True)) == [3]


class TestDoorbells:
    def test_a_batch_that_continues_the_cursor_needs_no_pull(self, company: Producer) -> None:
        receive(batch(0, *company.log[:3]))
        assert copies() == expected(1, 2, 3)
        assert company.asked == []

    def test_a_batch_after_a_lost_one_brings_everything_in_between(self, company: Producer) -> None:
        receive(batch(0, company.log[0]))
        receive(batch(4, company.log[4]))
        assert copies() == expected(1, 2, 3, 4, 5)
        assert [asked["after"] for asked in company.asked] == ["1"]

    def test_a_batch_that_comes_twice_needs_no_pull(self, company: Producer) -> None:
        receive(batch(0, *company.log))
        receive(batch(1, *company.log[1:3]))
        assert (copies(), company.asked) == (expected(1, 2, 3, 4, 5), [])


class TestRestoredProducers:
    def test_after_a_new_epoch_everything_is_read_again_and_stays_as_it_was(
        self, company: Producer, caplog: pytest.LogCaptureFixture
    ) -> None:
        pull("company")
        company.epoch = uuid4()
        assert pull("company") == 5
        assert copies() == expected(1, 2, 3, 4, 5)
        assert (cursor().epoch, cursor().position) == (company.epoch, 5)
        assert [asked["after"] for asked in company.asked][-2:] == ["5", "0"]
        assert "new epoch" in caplog.text

    def test_what_the_restored_log_tells_otherwise_is_corrected(self, company: Producer) -> None:
        pull("company")
        company.epoch = uuid4()
        company.log = [*company.log[:3], envelope(4, aggregate=COMPANIES[3], name="Another name")]
        assert pull("company") == 4
        assert copies()["4"] == "Another name"
        assert cursor().position == 4

    def test_a_batch_of_a_new_epoch_makes_the_consumer_reconcile(self, company: Producer) -> None:
        pull("company")
        company.epoch = uuid4()
        company.log.append(envelope(6, aggregate=COMPANIES[0], name="Renamed"))
        receive(batch(5, company.log[5], epoch=company.epoch))
        assert (cursor().epoch, cursor().position, copies()["1"]) == (company.epoch, 6, "Renamed")

    def test_two_readers_who_notice_a_new_epoch_do_not_send_each_other_back(self, company: Producer) -> None:
        pull("company")
        company.epoch = uuid4()
        seen_by_the_slower = company.page(after=5)
        pull("company")
        start_epoch(seen_by_the_slower)
        assert cursor().position == 5

    def test_a_producer_restored_without_a_new_epoch_is_refused_until_it_has_one(
        self, company: Producer
    ) -> None:
        pull("company")
        whole = company.log
        company.log = whole[:3]
        with pytest.raises(FeedUnavailableError, match="new_epoch"):
            pull("company")
        # It has written other events since, past the position that was applied here.
        company.log = [*whole[:3], *(envelope(n, aggregate=COMPANIES[0], name="Later") for n in (4, 5, 6, 7))]
        for _ in range(2):
            with pytest.raises(FeedUnavailableError, match="new_epoch"):
                pull("company")
        with pytest.raises(FeedUnavailableError, match="new_epoch"):
            receive(batch(5, *company.log[5:]))
        assert (copies(), cursor().position) == (expected(1, 2, 3, 4, 5), 5)
        company.epoch = uuid4()
        assert pull("company") == 7
        assert copies()["1"] == "Later"


class TestPrunedProducers:
    def test_a_log_pruned_behind_the_cursor_is_read_on(self, company: Producer) -> None:
        receive(batch(0, *company.log[:3]))
        company.pruned_to = 3
        assert pull("company") == 5

    def test_a_log_pruned_beyond_the_cursor_is_refused(self, company: Producer) -> None:
        receive(batch(0, *company.log[:2]))
        company.pruned_to = 3
        with pytest.raises(FeedUnavailableError, match=r"pruned its log up to 3.* cursor 2"):
            pull("company")
        assert copies() == expected(1, 2)

    def test_a_new_epoch_of_a_pruned_log_is_read_from_its_oldest_event(self, company: Producer) -> None:
        pull("company")
        company.epoch, company.pruned_to = uuid4(), 3
        company.log[4] = envelope(5, aggregate=COMPANIES[4], name="Another name")
        assert pull("company") == 5
        assert copies() == {**expected(1, 2, 3, 4), "5": "Another name"}
        assert [asked["after"] for asked in company.asked][-2:] == ["5", "3"]

    def test_a_new_epoch_pruned_beyond_the_cursor_is_refused(self, company: Producer) -> None:
        receive(batch(0, *company.log[:2]))
        company.epoch, company.pruned_to = uuid4(), 3
        with pytest.raises(FeedUnavailableError, match="pruned"):
            pull("company")
        assert cursor().position == 2


class TestProducersInTrouble:
    @pytest.mark.parametrize(
        "answer",
        [
            (500, {}, {}),
            (401, {}, {}),
            (302, {"Location": "/elsewhere"}, {}),
            (200, {}, b"<html>maintenance</html>"),
            (200, {}, {"success": True}),
        ],
        ids=["error", "refusal", "redirection", "no JSON", "other JSON"],
    )
    def test_what_is_no_page_of_a_feed_is_tried_again_later(
        self, company: Producer, answer: tuple[int, dict[str, str], Any]
    ) -> None:
        company.server.answer = lambda _path, _body: answer
        with pytest.raises(FeedUnavailableError, match=r"^company: "):
            pull("company")
        assert (cursor().position, copies()) == (0, {})

    def test_a_producer_that_is_down_costs_an_error_and_nothing_else(self, settings: Any) -> None:
        with running_producer(settings) as company:
            company.log = [envelope(1, aggregate=COMPANIES[0], name="Company 1")]
            pull("company")
        with pytest.raises(FeedUnavailableError, match=r"^company: ConnectError"):
            pull("company")
        assert (cursor().position, copies()) == (1, expected(1))


class TestRealEndpoint:
    """This service's own feed, read over HTTP as another service would."""

    @pytest.fixture(autouse=True)
    def own_feed(self, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr("common.messaging.pull.registry", Registry(everything=[lambda *_: None]))
        with running_web() as url:
            settings.SERVICE_URLS = dict.fromkeys(settings.SERVICE_URLS, url)
            yield

    def test_what_was_published_is_what_is_read(self) -> None:
        company_id = uuid4()
        write_event(company_id)
        sequence()
        page = fetch("employee", after=0)
        assert (page.producer, page.after, page.upto, page.head, page.first) == ("employee", 0, 1, 1, 1)
        (event,) = page.events
        assert (event.type, event.company_id, event.payload["company_id"]) == (
            "employee.archived",
            company_id,
            str(company_id),
        )
        assert Subscriber.objects.get().name == "employee"

    def test_another_services_address_in_place_of_the_producers_is_noticed(self) -> None:
        """The token is for the company service, and what answers is the employee service."""
        with pytest.raises(FeedUnavailableError, match="401"):
            fetch("company", after=0)
