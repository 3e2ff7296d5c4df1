"""The feed endpoint: for our services only, in order, a page at a time."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from common.messaging.envelopes import FeedPage
from common.messaging.feed import MAX_LIMIT
from common.messaging.models import FeedHead, Subscriber
from common.messaging.sequencer import sequence
from common.messaging.tests.conftest import TokenOf
from common.messaging.tests.events import write_event

pytestmark = pytest.mark.usefixtures("db")

FEED = "/internal/events"


@pytest.fixture
def get(api: Callable[..., Any], token_of: TokenOf) -> Callable[..., FeedPage]:
    """Read the feed as the company service."""
    client = api(token_of("company"))

    def read(**parameters: Any) -> FeedPage:
        answer = client.get(FEED, parameters)
        assert answer.status_code == 200, answer.content
        return msgspec.json.decode(answer.content, type=FeedPage)

    return read


@pytest.fixture
def log(db: None) -> list[UUID]:
    """Five stamped events, each about a company of its own."""
    companies = [uuid4() for _ in range(5)]
    for company in companies:
        write_event(company)
    sequence()
    return companies


def positions(page: FeedPage) -> list[int]:
    return [event.position for event in page.events]


class TestWhoMayRead:
    def test_nobody_without_a_token(self, api: Callable[..., Any]) -> None:
        assert api().get(FEED).status_code == 401

    def test_no_person_whatever_their_role(
        self, api: Callable[..., Any], person_token: Callable[..., str]
    ) -> None:
        assert api(person_token(role="super_admin")).get(FEED).status_code == 401

    def test_no_service_with_a_token_for_another_service(
        self, api: Callable[..., Any], token_of: TokenOf
    ) -> None:
        assert api(token_of("company", audience="auth")).get(FEED).status_code == 401

    def test_no_service_whose_key_is_not_on_the_ring(
        self, api: Callable[..., Any], token_of: TokenOf, settings: Any
    ) -> None:
        stranger = token_of("company")
        token_of_others = api(stranger)
        settings.SERVICE_KEYRING_FILE = _ring_without("company", settings.SERVICE_KEYRING_FILE)
        assert token_of_others.get(FEED).status_code == 401

    def test_nobody_may_write(self, api: Callable[..., Any], token_of: TokenOf) -> None:
        assert api(token_of("company")).post(FEED, {}).status_code in (403, 405)

    def test_whoever_is_refused_is_not_registered(self, api: Callable[..., Any], token_of: TokenOf) -> None:
        api(token_of("company", audience="auth")).get(FEED)
        assert not Subscriber.objects.exists()


class TestParameters:
    @pytest.mark.parametrize(
        "parameters",
        [
            {"since": "1"},
            {"after": "-1"},
            {"after": "x"},
            {"after": str(2**63)},
            {"limit": "0"},
            {"limit": str(MAX_LIMIT + 1)},
            {"types": ""},
            {"types": "employee.hired\0"},
            {"aggregate_id": "7"},
            {"aggregate_id": "\0"},
        ],
        ids=str,
    )
    def test_what_makes_no_sense_is_refused(
        self, api: Callable[..., Any], token_of: TokenOf, parameters: dict[str, str]
    ) -> None:
        answer = api(token_of("company")).get(FEED, parameters)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
        assert list(answer.json()["error"]["details"]) == list(parameters)

    def test_a_parameter_that_comes_twice_is_refused(
        self, api: Callable[..., Any], token_of: TokenOf
    ) -> None:
        assert api(token_of("company")).get(f"{FEED}?after=1&after=2").status_code == 422


@pytest.mark.usefixtures("log")
class TestPages:
    def test_pages_follow_each_other_without_gap_or_repeat(self, get: Callable[..., FeedPage]) -> None:
        first = get(limit=2)
        second = get(after=first.upto, limit=2)
        third = get(after=second.upto, limit=2)
        assert [positions(page) for page in (first, second, third)] == [[1, 2], [3, 4], [5]]
        assert [(page.upto, page.head, page.first) for page in (first, second, third)] == [
            (2, 5, 1),
            (4, 5, 1),
            (5, 5, 1),
        ]

    def test_at_the_head_a_page_is_empty(self, get: Callable[..., FeedPage]) -> None:
        page = get(after=5)
        assert (positions(page), page.after, page.upto) == ([], 5, 5)

    def test_events_of_other_types_are_left_out_and_their_positions_covered(
        self, get: Callable[..., FeedPage]
    ) -> None:
        assert positions(get(types="employee.archived,employee.hired")) == [1, 2, 3, 4, 5]
        page = get(types="employee.hired")
        assert (positions(page), page.upto) == ([], 5)

    def test_a_page_looks_at_a_part_of_the_log_only_and_says_how_far(
        self, get: Callable[..., FeedPage], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("common.messaging.feed.SCANNED", 2)
        pages = [get(after=after, types="employee.hired") for after in (0, 2, 4, 5)]
        assert [(page.upto, page.head, page.events) for page in pages] == [
            (2, 5, []),
            (4, 5, []),
            (5, 5, []),
            (5, 5, []),
        ]

    def test_events_about_one_thing_only(self, get: Callable[..., FeedPage], log: list[UUID]) -> None:
        page = get(aggregate_id=str(log[2]))
        assert [(event.aggregate_id, event.position) for event in page.events] == [(log[2], 3)]

    def test_an_event_without_a_position_is_not_shown_yet(self, get: Callable[..., FeedPage]) -> None:
        write_event()
        assert get().head == 5
        sequence()
        assert positions(get(after=5)) == [6]

    def test_a_page_names_the_producer_and_its_epoch(self, get: Callable[..., FeedPage]) -> None:
        page = get()
        assert (page.producer, page.epoch) == ("employee", FeedHead.objects.get().epoch)


@pytest.mark.usefixtures("log")
class TestRegistration:
    def test_a_pull_registers_the_service_with_its_types_and_position(
        self, get: Callable[..., FeedPage]
    ) -> None:
        page = get(after=3, types="employee.archived,employee.hired")
        subscriber = Subscriber.objects.get()
        assert (subscriber.name, subscriber.types) == ("company", ["employee.archived", "employee.hired"])
        assert (subscriber.acknowledged, subscriber.epoch) == (3, page.epoch)

    def test_only_its_own_pulls_move_the_position_and_they_may_move_it_back(
        self, get: Callable[..., FeedPage], api: Callable[..., Any], token_of: TokenOf
    ) -> None:
        get(after=4)
        write_event()
        sequence()
        api(token_of("auth")).get(FEED, {"after": 1})
        assert dict(Subscriber.objects.values_list("name", "acknowledged")) == {"company": 4, "auth": 1}
        # A service that was restored from a backup reads on from where it was then.
        get(after=2)
        assert Subscriber.objects.get(name="company").acknowledged == 2

    def test_looking_up_one_thing_is_no_reading_on(
        self, get: Callable[..., FeedPage], log: list[UUID]
    ) -> None:
        get(after=4)
        get(after=0, aggregate_id=str(log[0]))
        assert Subscriber.objects.get().acknowledged == 4

    def test_a_position_that_the_log_does_not_have_is_not_believed(
        self, get: Callable[..., FeedPage]
    ) -> None:
        page = get(after=99)
        assert (page.head, page.upto, page.events) == (5, 99, [])
        assert not Subscriber.objects.exists()


def _ring_without(name: str, path: str) -> str:
    with open(path, "rb") as file:
        ring = msgspec.json.decode(file.read())
    smaller = f"{path}.smaller"
    with open(smaller, "wb") as file:
        file.write(msgspec.json.encode({"keys": [key for key in ring["keys"] if key["kid"] != name]}))
    return smaller
