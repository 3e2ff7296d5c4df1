"""What an operator sees of the messaging, and does about parked events, in the admin."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.contracts.base import to_wire
from common.messaging.models import Cursor, ParkedEvent, Subscriber
from common.messaging.sequencer import sequence
from common.messaging.tests.events import envelope, write_event
from common.reference.models import CompanyRef
from common.security.tenancy import all_companies
from common.testing.staff import sign_in

pytestmark = pytest.mark.usefixtures("db")

LIST = "/admin/messaging/parkedevent/"
COMPANY = UUID(int=1)


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def park(position: int, *, aggregate: UUID = COMPANY, **fields: Any) -> ParkedEvent:
    event = envelope(position, aggregate=aggregate, **fields)
    Cursor.objects.get_or_create(producer="company", defaults={"position": 9, "head": 12})
    with all_companies("test"):
        return ParkedEvent.objects.create(
            producer="company",
            position=position,
            event_id=event.id,
            type=event.type,
            aggregate_id=event.aggregate_id,
            company_id=event.company_id,
            envelope=to_wire(event),
            error="OSError: trouble",
            attempts=3,
        )


def act(browser: Client, action: str, *events: ParkedEvent) -> str:
    """Choose the events, and the action; gives the page afterwards."""
    chosen = {"action": action, "_selected_action": [str(event.pk) for event in events]}
    answer = browser.post(LIST, chosen, follow=True)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def states() -> dict[int, tuple[str, str]]:
    with all_companies("test"):
        rows = ParkedEvent.objects.values_list("position", "state", "resolved_by")
        return {position: (state, by) for position, state, by in rows}


def names() -> list[str]:
    with all_companies("test"):
        return list(CompanyRef.objects.order_by("company_id").values_list("name", flat=True))


class TestRetry:
    def test_a_parked_event_is_applied_with_those_that_wait_behind_it(self, browser: Client) -> None:
        first, second = park(1, name="First"), park(2, name="Second")
        other = park(3, aggregate=uuid4(), name="Other")
        member = sign_in(browser, role="super_admin")
        page = act(browser, "retry", first)
        assert "2 events applied." in page
        assert names() == ["Second"]
        assert states() == {
            1: ("applied", str(member)),
            2: ("applied", str(member)),
            3: ("parked", ""),
        }
        assert {first.aggregate_id, second.aggregate_id} != {other.aggregate_id}

    def test_a_later_event_is_not_applied_before_the_one_it_waits_for(self, browser: Client) -> None:
        park(1, name="First")
        later = park(2, name="Second")
        sign_in(browser, role="super_admin")
        assert "2 events applied." in act(browser, "retry", later)
        assert names() == ["Second"]

    def test_an_event_that_fails_again_stays_parked_and_its_error_is_shown(self, browser: Client) -> None:
        good, bad = park(1, name="First"), park(2, payload={"name": "No id"})
        sign_in(browser, role="super_admin")
        page = act(browser, "retry", good, bad)
        assert "ValidationError" in page
        assert names() == ["First"], "what came before it stays applied"
        assert {position: state for position, (state, _) in states().items()} == {1: "applied", 2: "parked"}

    def test_a_failure_does_not_hold_up_the_other_chosen_events(self, browser: Client) -> None:
        bad, good = park(1, payload={"name": "No id"}), park(2, aggregate=uuid4(), name="Other")
        sign_in(browser, role="super_admin")
        page = act(browser, "retry", bad, good)
        assert "ValidationError" in page
        assert "1 event applied." in page
        assert names() == ["Other"]


class TestSkip:
    def test_a_skipped_event_is_never_applied_and_says_who_skipped_it(self, browser: Client) -> None:
        event, behind = park(1, name="First"), park(2, name="Second")
        member = sign_in(browser, role="super_admin")
        assert "will not be applied" in act(browser, "skip", event)
        assert states() == {1: ("skipped", str(member)), 2: ("parked", "")}
        act(browser, "retry", behind)
        assert (names(), states()[1][0]) == (["Second"], "skipped")

    def test_what_was_applied_is_not_skipped_afterwards(self, browser: Client) -> None:
        event = park(1, name="First")
        sign_in(browser, role="super_admin")
        act(browser, "retry", event)
        act(browser, "skip", event)
        assert states()[1][0] == "applied"


class TestPages:
    def test_the_list_shows_what_waits_why_and_since_when(self, browser: Client) -> None:
        park(1)
        sign_in(browser, role="super_admin")
        page = browser.get(LIST).content.decode()
        assert "company.updated" in page
        assert "OSError: trouble" in page

    def test_log_cursors_and_subscribers_are_shown_and_nothing_is_edited(self, browser: Client) -> None:
        park(1)
        write_event()
        sequence()
        Subscriber.objects.create(name="document", types=["employee.hired"], acknowledged=1)
        sign_in(browser, role="super_admin")
        for page, text in (
            ("eventrecord", "employee.archived"),
            ("cursor", '<td class="field-lag">3</td>'),
            ("subscriber", "document"),
        ):
            answer = browser.get(f"/admin/messaging/{page}/")
            assert (answer.status_code, text in answer.content.decode()) == (200, True), page
            assert browser.get(f"/admin/messaging/{page}/add/").status_code == 403
        assert (
            browser.post("/admin/messaging/subscriber/document/delete/", {"post": "yes"}).status_code == 403
        )

    @pytest.mark.parametrize("page", ["eventrecord", "cursor", "subscriber", "parkedevent"])
    def test_pages_and_actions_are_for_the_groups_staff(self, browser: Client, page: str) -> None:
        event = park(1)
        sign_in(browser, role="company_manager", company_id=COMPANY)
        assert browser.get(f"/admin/messaging/{page}/").status_code == 403
        browser.post(LIST, {"action": "skip", "_selected_action": [str(event.pk)]})
        assert states()[1][0] == "parked"
