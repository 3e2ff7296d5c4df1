"""What a staff member sees and may do on the admin's pages."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from common.api.models import IdempotencyKey
from common.security.models import RevokedSession
from common.security.tenancy import all_companies, company_scope
from common.staff.services import staff_sign_out
from common.testing.staff import sign_in

pytestmark = pytest.mark.urls("common.staff.tests.addresses")

LIST = "/admin/api/idempotencykey/"


@pytest.fixture
def company() -> UUID:
    return uuid4()


def key_in(company: UUID, key: str) -> IdempotencyKey:
    with company_scope(company):
        return IdempotencyKey.objects.create(
            company_id=company, user_id=uuid4(), key=key, method="POST", path="/", body_hash="0"
        )


def form(company: UUID, key: str) -> dict[str, Any]:
    values = {
        "key": key,
        "company_id": company,
        "user_id": uuid4(),
        "method": "POST",
        "path": "/",
        "body_hash": "0",
    }
    return {name: str(value) for name, value in values.items()}


def stored() -> set[str]:
    with all_companies("test"):
        return set(IdempotencyKey.objects.values_list("key", flat=True))


@pytest.mark.usefixtures("db")
class TestSeeing:
    def test_a_manager_sees_their_own_company_only(self, browser: Client, company: UUID) -> None:
        own, foreign = key_in(company, "own-key"), key_in(uuid4(), "foreign-key")
        sign_in(browser, role="company_manager", company_id=company)
        page = browser.get(LIST).content.decode()
        assert "own-key" in page
        assert "foreign-key" not in page
        assert browser.get(f"{LIST}{own.pk}/change/").status_code == 200
        unknown = browser.get(f"{LIST}{uuid4()}/change/")
        hidden = browser.get(f"{LIST}{foreign.pk}/change/")
        assert (
            (hidden.status_code, hidden["Location"])
            == (unknown.status_code, unknown["Location"])
            == (302, "/admin/")
        )

    def test_a_super_administrator_sees_every_company(self, browser: Client) -> None:
        key_in(uuid4(), "first-key")
        key_in(uuid4(), "second-key")
        sign_in(browser, role="super_admin")
        page = browser.get(LIST).content.decode()
        assert "first-key" in page
        assert "second-key" in page

    def test_nobody_sees_anything_without_signing_in(self, browser: Client, company: UUID) -> None:
        key_in(company, "own-key")
        assert browser.get(LIST)["Location"].startswith("/admin/login/")

    def test_pages_without_an_area_are_the_super_administrators(self, browser: Client, company: UUID) -> None:
        sign_in(browser, role="company_manager", company_id=company)
        assert browser.get("/admin/messaging/parkedevent/").status_code == 403
        other = Client()
        sign_in(other, role="super_admin")
        assert other.get("/admin/messaging/parkedevent/").status_code == 200

    def test_deletion_in_bulk_is_offered_to_nobody(self, browser: Client) -> None:
        key_in(uuid4(), "a-key")
        sign_in(browser, role="super_admin")
        assert "delete_selected" not in browser.get(LIST).content.decode()

    def test_the_pages_speak_arabic_from_right_to_left_when_asked(self, browser: Client) -> None:
        answer = browser.post("/i18n/setlang/", {"language": "ar", "next": "/admin/login/"})
        assert answer["Location"] == "/admin/login/"
        page = browser.get("/admin/login/").content.decode()
        assert 'dir="rtl"' in page
        assert "English" in page
        assert "العربيّة" in page


@pytest.mark.usefixtures("db")
class TestRights:
    @pytest.mark.parametrize(
        ("permissions", "view", "add", "change", "delete"),
        [
            ([], 403, 403, 403, 403),
            (["documents:view"], 200, 403, 200, 403),
            (["documents:view", "documents:upload"], 200, 200, 200, 403),
            (["documents:view", "documents:edit"], 200, 403, 200, 403),
            (["documents:view", "documents:delete"], 200, 403, 200, 200),
            (
                ["employees:view", "employees:create", "employees:edit", "employees:delete"],
                403,
                403,
                403,
                403,
            ),
        ],
    )
    def test_each_page_needs_its_code(
        self,
        browser: Client,
        company: UUID,
        permissions: list[str],
        view: int,
        add: int,
        change: int,
        delete: int,
    ) -> None:
        row = key_in(company, "a-key")
        sign_in(browser, role="employee", company_id=company, permissions=permissions)
        pages = (LIST, f"{LIST}add/", f"{LIST}{row.pk}/change/", f"{LIST}{row.pk}/delete/")
        assert [browser.get(page).status_code for page in pages] == [view, add, change, delete]

    def test_seeing_is_not_changing(self, browser: Client, company: UUID) -> None:
        row = key_in(company, "a-key")
        sign_in(browser, role="employee", company_id=company, permissions=["documents:view"])
        assert browser.post(f"{LIST}{row.pk}/change/", form(company, "changed")).status_code == 403
        assert stored() == {"a-key"}


@pytest.mark.usefixtures("committed_db")
class TestChanging:
    PERMISSIONS = ("documents:view", "documents:upload", "documents:edit")

    def add(self, browser: Client, company: UUID, key: str, into: UUID | None = None) -> Any:
        sign_in(browser, role="employee", company_id=company, permissions=list(self.PERMISSIONS))
        return browser.post(f"{LIST}add/", form(into or company, key))

    def test_a_change_is_committed(self, browser: Client, company: UUID) -> None:
        assert self.add(browser, company, "fine").status_code == 302
        assert stored() == {"fine"}

    def test_a_refusal_of_a_service_is_a_message_and_changes_nothing(
        self, browser: Client, company: UUID
    ) -> None:
        answer = self.add(browser, company, "refused")
        assert answer.status_code == 302
        assert "The service says no." in browser.get(answer["Location"]).content.decode()
        assert stored() == set()

    def test_a_failure_changes_nothing(self, browser: Client, company: UUID) -> None:
        answer = self.add(browser, company, "broken")
        assert answer.status_code == 500
        assert b"on purpose" not in answer.content
        assert stored() == set()

    def test_an_action_that_breaks_off_takes_back_what_it_wrote(self, browser: Client) -> None:
        row = RevokedSession.objects.create(session_id=uuid4(), expires_at=datetime(2030, 1, 1, tzinfo=UTC))
        sign_in(browser, role="super_admin")
        chosen = {"action": "break_off", "_selected_action": str(row.pk)}
        assert browser.post("/admin/security/revokedsession/", chosen).status_code == 500
        assert RevokedSession.objects.get().expires_at == row.expires_at

    def test_a_row_cannot_be_written_into_another_company(self, browser: Client, company: UUID) -> None:
        assert self.add(browser, company, "smuggled", into=uuid4()).status_code == 500
        assert stored() == set()


@pytest.mark.usefixtures("db")
class TestBrowsableApi:
    def test_a_staff_member_reads_the_api_with_their_browser(self, browser: Client, company: UUID) -> None:
        sign_in(browser, role="supervisor", company_id=company)
        answer = browser.get("/who", headers={"Accept": "text/html"})
        assert answer.status_code == 200
        assert b"supervisor" in answer.content

    def test_a_form_of_another_site_is_refused(self, company: UUID) -> None:
        browser = Client(enforce_csrf_checks=True)
        sign_in(browser, role="supervisor", company_id=company)
        assert browser.post("/who").status_code == 403

    def test_a_member_who_was_signed_out_is_nobody(self, browser: Client, company: UUID) -> None:
        member = sign_in(browser, role="supervisor", company_id=company)
        staff_sign_out([member.id])
        assert browser.get("/who").status_code == 401
