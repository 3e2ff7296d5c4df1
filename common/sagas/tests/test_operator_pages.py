"""Sagas in the admin: what staff see of them, and the four ways to help one along."""

from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.messaging.models import Subscriber
from common.sagas import engine
from common.sagas.models import SagaInstance, SagaState, SagaStep
from common.sagas.tests.toy import COMPANY, OTHER_COMPANY, ToyData, drive, effects, saga, start, time_passes
from common.security.tenancy import all_companies
from common.testing.sagas import TestBroker
from common.testing.staff import sign_in

LIST = "/admin/sagas/sagainstance/"


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def manager(browser: Client, broker: TestBroker) -> Client:
    """The browser of a manager of the company whose sagas they are."""
    sign_in(browser, role="company_manager", company_id=COMPANY, name="Nadia")
    return browser


def page_of(saga_id: UUID) -> str:
    return f"{LIST}{saga_id}/change/"


def form_of(saga_id: UUID, action: str) -> str:
    return f"{LIST}{saga_id}/act/{action}/"


def act(browser: Client, saga_id: UUID, action: str, reason: str = "because") -> str:
    """Fill in the form; gives the page afterwards."""
    answer = browser.post(form_of(saga_id, action), {"reason": reason}, follow=True)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def offered(page: str, saga_id: UUID) -> set[str]:
    actions = ("retry", "skip", "mark-done", "compensate")
    return {action for action in actions if form_of(saga_id, action) in page}


def notes(saga_id: UUID) -> list[tuple[str, str]]:
    with all_companies("test"):
        kept = SagaStep.objects.filter(saga_id=saga_id).exclude(note="").order_by("id")
        return list(kept.values_list("status", "note"))


def parked(broker: TestBroker, key: str = "a") -> UUID:
    """A saga whose undoing of step two keeps failing."""
    (saga_id,) = start(ToyData(key=key, refuses="three", undo_fails="two"))
    drive(broker)
    assert saga(saga_id).state == SagaState.PARKED
    return saga_id


def waiting(broker: TestBroker, **trouble: str) -> UUID:
    """A saga under way, after one delivery of everything."""
    (saga_id,) = start(ToyData(key="a", **trouble))
    engine.orchestrate()
    broker.deliver_all()
    return saga_id


def mend(saga_id: UUID) -> None:
    with all_companies("test"):
        instance = SagaInstance.objects.get(pk=saga_id)
        SagaInstance.objects.filter(pk=saga_id).update(data={**instance.data, "undo_fails": "", "fails": ""})


class TestSeeing:
    def test_a_managers_list_has_the_companys_own_sagas_only(
        self, manager: Client, broker: TestBroker
    ) -> None:
        (own,) = start(ToyData(key="a"))
        (foreign,) = start(ToyData(key="b"), company=OTHER_COMPANY)
        page = manager.get(LIST).content.decode()
        assert page_of(own) in page
        assert page_of(foreign) not in page

    def test_another_companys_saga_cannot_be_told_from_none(
        self, manager: Client, broker: TestBroker
    ) -> None:
        (foreign,) = start(ToyData(key="b"), company=OTHER_COMPANY)
        for address in (page_of, lambda saga_id: form_of(saga_id, "compensate")):
            hidden, unknown = manager.get(address(foreign)), manager.get(address(uuid4()))
            assert hidden.status_code == unknown.status_code
            assert hidden.status_code in (302, 404)
        assert manager.post(form_of(foreign, "compensate"), {"reason": "x"}).status_code == 404
        assert saga(foreign).state == SagaState.RUNNING

    def test_the_groups_staff_see_every_company(self, browser: Client, broker: TestBroker) -> None:
        sagas = [*start(ToyData(key="a")), *start(ToyData(key="b"), company=OTHER_COMPANY)]
        sign_in(browser, role="super_admin")
        page = browser.get(LIST).content.decode()
        assert all(page_of(saga_id) in page for saga_id in sagas)

    def test_a_page_shows_steps_attempts_errors_and_what_it_waits_for(
        self, manager: Client, broker: TestBroker
    ) -> None:
        saga_id = parked(broker)
        page = manager.get(page_of(saga_id)).content.decode()
        with all_companies("test"):
            steps = list(SagaStep.objects.filter(saga_id=saga_id))
        assert page.count("has_original") == len(steps) > 10
        for text in ("TOUCHED", "COMPENSATION_FAILED", "STEP_FAILED", "OSError: trouble"):
            assert text in page, text

    def test_whoever_may_not_see_employees_sees_no_sagas(self, browser: Client, broker: TestBroker) -> None:
        sign_in(browser, role="worker", company_id=COMPANY)
        assert browser.get(LIST).status_code == 403

    def test_nothing_is_edited_added_or_deleted_by_hand(self, manager: Client, broker: TestBroker) -> None:
        (saga_id,) = start(ToyData(key="a"))
        assert manager.get(f"{LIST}add/").status_code == 403
        assert manager.post(f"{LIST}{saga_id}/delete/", {"post": "yes"}).status_code == 403
        assert manager.post(page_of(saga_id), {"state": "completed"}).status_code == 403
        assert saga(saga_id).state == SagaState.RUNNING

    def test_effects_are_for_the_groups_staff(self, manager: Client, broker: TestBroker) -> None:
        assert manager.get("/admin/sagas/sagaeffect/").status_code == 403
        waiting(broker)
        sign_in(manager, role="super_admin")
        assert "one" in manager.get("/admin/sagas/sagaeffect/").content.decode()


class TestOffers:
    def test_a_parked_saga_offers_everything(self, manager: Client, broker: TestBroker) -> None:
        saga_id = parked(broker)
        page = manager.get(page_of(saga_id)).content.decode()
        assert offered(page, saga_id) == {"retry", "skip", "mark-done", "compensate"}

    def test_a_running_saga_needs_no_retry(self, manager: Client, broker: TestBroker) -> None:
        saga_id = waiting(broker, fails="two")
        page = manager.get(page_of(saga_id)).content.decode()
        assert offered(page, saga_id) == {"skip", "mark-done", "compensate"}

    def test_an_ended_saga_offers_nothing(self, manager: Client, broker: TestBroker) -> None:
        saga_id = waiting(broker)
        assert saga(saga_id).state == SagaState.COMPLETED
        assert offered(manager.get(page_of(saga_id)).content.decode(), saga_id) == set()

    def test_whoever_may_only_look_is_offered_nothing_and_refused(
        self, browser: Client, broker: TestBroker
    ) -> None:
        saga_id = parked(broker)
        sign_in(browser, role="employee", company_id=COMPANY)
        page = browser.get(page_of(saga_id)).content.decode()
        assert offered(page, saga_id) == set()
        assert "You are not allowed to do this." in act(browser, saga_id, "retry")
        assert (saga(saga_id).state, notes(saga_id)) == (SagaState.PARKED, [])


class TestActing:
    @pytest.mark.parametrize("action", ["retry", "skip", "mark-done", "compensate"])
    def test_a_form_asks_for_the_reason_and_changes_nothing_yet(
        self, manager: Client, broker: TestBroker, action: str
    ) -> None:
        saga_id = parked(broker)
        before = saga(saga_id)
        answer = manager.get(form_of(saga_id, action))
        assert (answer.status_code, 'name="reason"' in answer.content.decode()) == (200, True)
        refused = manager.post(form_of(saga_id, action), {"reason": ""})
        assert (refused.status_code, "This field is required" in refused.content.decode()) == (200, True)
        assert (saga(saga_id).state, saga(saga_id).fence, notes(saga_id)) == (before.state, before.fence, [])

    def test_a_retry_goes_on_and_writes_down_who_and_why(self, manager: Client, broker: TestBroker) -> None:
        saga_id = parked(broker)
        mend(saga_id)
        page = act(manager, saga_id, "retry", "the disk has room again")
        assert "Nadia: the disk has room again" in page
        assert notes(saga_id) == [("resumed", "Nadia: the disk has room again")]
        drive(broker)
        assert (saga(saga_id).state, effects("a")) == (SagaState.COMPENSATED, [])

    def test_a_step_is_skipped(self, manager: Client, broker: TestBroker) -> None:
        saga_id = waiting(broker, fails="two")
        act(manager, saga_id, "skip", "not needed")
        assert notes(saga_id) == [("skipped", "Nadia: not needed")]
        drive(broker)
        assert saga(saga_id).state == SagaState.COMPLETED

    def test_a_step_is_marked_as_done(self, manager: Client, broker: TestBroker) -> None:
        saga_id = parked(broker)
        Subscriber.objects.filter(name="two:a").delete()
        act(manager, saga_id, "mark-done", "removed by hand")
        assert notes(saga_id) == [("marked", "Nadia: removed by hand")]
        drive(broker)
        assert (saga(saga_id).state, effects("a")) == (SagaState.COMPENSATED, [])

    def test_everything_is_undone(self, manager: Client, broker: TestBroker) -> None:
        saga_id = waiting(broker, fails="three")
        act(manager, saga_id, "compensate", "wrong person")
        assert notes(saga_id) == [("cancelled", "Nadia: wrong person")]
        drive(broker)
        assert (saga(saga_id).state, saga(saga_id).error_message) == (SagaState.COMPENSATED, "wrong person")
        assert effects("a") == []

    def test_what_no_longer_fits_the_state_is_a_message(self, manager: Client, broker: TestBroker) -> None:
        saga_id = waiting(broker)
        for action in ("retry", "skip", "mark-done", "compensate"):
            assert "not in a state that allows this" in act(manager, saga_id, action), action
        assert (saga(saga_id).state, notes(saga_id)) == (SagaState.COMPLETED, [])

    def test_what_the_last_step_does_not_allow_is_a_message_and_no_note(
        self, manager: Client, broker: TestBroker
    ) -> None:
        saga_id = waiting(broker, fails="three")
        assert "cannot be skipped" in act(manager, saga_id, "skip")
        assert (saga(saga_id).step, notes(saga_id)) == ("three", [])

    def test_a_saga_that_this_code_cannot_read_is_left_alone_with_a_message(
        self, manager: Client, broker: TestBroker
    ) -> None:
        saga_id = waiting(broker, fails="two")
        with all_companies("test"):
            SagaInstance.objects.filter(pk=saga_id).update(version="99")
        time_passes()
        engine.orchestrate()
        assert saga(saga_id).state == SagaState.PARKED
        assert manager.get(page_of(saga_id)).status_code == 200
        for action in ("retry", "skip", "mark-done", "compensate"):
            assert "cannot read this saga" in act(manager, saga_id, action), action
        assert (saga(saga_id).state, notes(saga_id)) == (SagaState.PARKED, [])

    def test_an_action_nobody_knows_is_refused(self, manager: Client, broker: TestBroker) -> None:
        saga_id = parked(broker)
        assert "You are not allowed to do this." in act(manager, saga_id, "delete-everything")
        assert saga(saga_id).state == SagaState.PARKED
