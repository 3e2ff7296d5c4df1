"""The page of the administration for one's second factor, and what administrators do for others."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from auth_service.users.models import User
from auth_service.users.tests.authenticator import Api, Device, code_of, login, switch_on
from auth_service.users.tests.factories import PASSWORD, join, member
from common.testing.threads import run_all

# The admin refuses by rolling back, and threads see what is committed only.
pytestmark = pytest.mark.usefixtures("committed_db")


def test_of_parallel_sign_ins_with_one_code_one_gets_in(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, codes, _token = switch_on(api, user)
    code = device.code()
    statuses = run_all([lambda: login(api, user, code).status_code] * 6)
    assert sorted(statuses) == [200] + [401] * 5
    statuses = run_all([lambda: login(api, user, codes[0]).status_code] * 3)
    assert sorted(statuses) == [200, 401, 401]


class TestAdmin:
    """The page of the administration, and what administrators do for others."""

    PAGE = "/admin/second-factor/"

    def browser(self, user: User, code: str = "") -> Client:
        client = Client()
        form = {"username": user.email, "password": PASSWORD, "code": code}
        answer = client.post("/admin/login/?next=/admin/", form)
        assert answer.status_code == 302, answer.content
        return client

    def set_up(self, client: Client) -> Device:
        page = client.post(self.PAGE, {"action": "begin", "password": PASSWORD}).content.decode()
        assert "<svg" in page
        found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
        assert found is not None
        return Device(found[1])

    def test_it_is_set_up_on_its_page_and_asked_for_at_the_next_sign_in(self, company_id: UUID) -> None:
        user = member(company_id, "company_manager")
        client = self.browser(user)
        assert self.PAGE in client.get("/admin/").content.decode()
        wrong = client.post(self.PAGE, {"action": "begin", "password": "wrong"}).content.decode()
        assert "The current password is not right." in wrong
        device = self.set_up(client)
        again = client.post(self.PAGE, {"action": "confirm", "code": device.wrong()}).content.decode()
        assert "The code is not right." in again
        done = client.post(self.PAGE, {"action": "confirm", "code": device.code(-1)}).content.decode()
        assert len(re.findall(r"<li><code>[a-z2-9-]{19}</code>", done)) == 10
        assert "10 recovery codes are left" in client.get(self.PAGE).content.decode()

        form = {"username": user.email, "password": PASSWORD}
        refused = Client().post("/admin/login/", form).content.decode()
        assert "Enter the code of your second factor, too." in refused
        refused = Client().post("/admin/login/", form | {"code": device.wrong()}).content.decode()
        assert "The code of the second factor is not right." in refused
        other = self.browser(user, device.code())
        off = {"action": "off", "password": PASSWORD, "code": device.code(1)}
        assert other.post(self.PAGE, off).status_code == 302
        assert other.get("/admin/").status_code == 302
        self.browser(user)

    def test_new_recovery_codes_are_made_there(self, company_id: UUID) -> None:
        client = self.browser(member(company_id, "company_manager"))
        device = self.set_up(client)
        client.post(self.PAGE, {"action": "confirm", "code": device.code(-1)})
        form = {"action": "codes", "password": PASSWORD, "code": device.code()}
        assert client.post(self.PAGE, form).content.decode().count("<li><code>") == 10

    def test_who_needs_one_is_led_there_and_sees_nothing_else(self, settings: Any) -> None:
        settings.SECOND_FACTOR_ROLES = ["super_admin"]
        client = self.browser(member(None, "super_admin"))
        assert "Your role needs a second factor." in client.get("/admin/").content.decode()
        assert client.get("/admin/users/user/").status_code == 403
        device = self.set_up(client)
        client.post(self.PAGE, {"action": "confirm", "code": device.code()})
        assert "Your role needs a second factor." not in client.get("/admin/").content.decode()
        assert client.get("/admin/users/user/").status_code == 200
        assert "Switch it off" not in client.get(self.PAGE).content.decode()

    def test_nobody_else_sees_the_page(self, company_id: UUID) -> None:
        assert Client().get(self.PAGE).status_code == 302

    def test_an_administrator_takes_it_from_who_lost_the_device(self, api: Api, company_id: UUID) -> None:
        user = member(company_id)
        _device, _codes, token = switch_on(api, user)
        manager = self.browser(member(company_id, "company_manager"))
        assert "icon-yes" in manager.get(f"/admin/users/user/{user.pk}/change/").content.decode()
        act = {"action": "reset_second_factor", "_selected_action": [user.pk]}
        assert manager.post("/admin/users/user/", act).status_code == 302
        assert login(api, user).status_code == 200
        assert api(token).get("/profile").status_code == 401

    def test_nobody_takes_it_from_themselves_or_from_who_stands_above(
        self, api: Api, company_id: UUID
    ) -> None:
        above, manager = member(None, "super_admin"), member(company_id, "company_manager")
        switch_on(api, above)
        join(above, company_id)
        client = self.browser(manager)
        for user in (above, manager):
            act = {"action": "reset_second_factor", "_selected_action": [user.pk]}
            client.post("/admin/users/user/", act)
        assert code_of(login(api, above)) == (401, "SECOND_FACTOR_REQUIRED")

    def test_an_operator_takes_it_by_a_command(self, api: Api, company_id: UUID) -> None:
        user = member(company_id)
        switch_on(api, user)
        call_command("reset_second_factor", "--user", user.email)
        assert login(api, user).status_code == 200
        for wrong in (user.email, "nobody@example.com"):
            with pytest.raises(CommandError):
                call_command("reset_second_factor", "--user", wrong)
