"""A second factor: a stolen password alone lets nobody in."""

import re
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from auth_service.users.models import RecoveryCode, SecondFactor
from auth_service.users.tests.authenticator import Api, Device, begin, code_of, login, switch_on
from auth_service.users.tests.factories import PASSWORD, member, sign_in
from common.security.service_tokens import mint_service_token
from common.security.tenancy import all_companies

pytestmark = pytest.mark.django_db


def test_who_has_none_signs_in_as_before(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    assert login(api, user).status_code == 200
    state = api(sign_in(user).token).get("/second-factor").json()
    assert (state["enabled"], state["needed"], state["recovery_codes_left"]) == (False, False, 0)


def test_once_confirmed_every_sign_in_takes_a_code(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, _codes, token = switch_on(api, user)
    assert code_of(login(api, user)) == (401, "SECOND_FACTOR_REQUIRED")
    assert code_of(login(api, user, device.wrong())) == (401, "INVALID_SECOND_FACTOR")
    assert login(api, user, device.code()).status_code == 200
    state = api(token).get("/second-factor").json()
    assert (state["enabled"], state["recovery_codes_left"]) == (True, 10)


def test_what_a_wrong_password_is_told_does_not_depend_on_a_second_factor(api: Api, company_id: UUID) -> None:
    user, other = member(company_id), member(company_id)
    device, _codes, _token = switch_on(api, user)
    answers = [
        login(api, user, device.code(), "wrong"),
        login(api, user, password="wrong"),
        login(api, other, password="wrong"),
    ]
    assert {code_of(answer) for answer in answers} == {(401, "INVALID_CREDENTIALS")}


def test_until_it_is_confirmed_it_does_not_count(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    token = sign_in(user).token
    first = Device(begin(api, token).json()["secret"])
    second = Device(begin(api, token).json()["secret"])
    assert login(api, user).status_code == 200
    assert code_of(api(token).post("/second-factor/confirm", {"code": first.code()})) == (400, "WRONG_CODE")
    assert api(token).post("/second-factor/confirm", {"code": second.code()}).status_code == 200
    assert code_of(api(token).post("/second-factor/confirm", {"code": second.code(1)})) == (
        409,
        "SECOND_FACTOR_OFF",
    )
    assert code_of(begin(api, token)) == (409, "SECOND_FACTOR_ON")


def test_a_code_works_once(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, _codes, _token = switch_on(api, user)
    code = device.code()
    assert login(api, user, code).status_code == 200
    assert code_of(login(api, user, code)) == (401, "INVALID_SECOND_FACTOR")
    # Nor does one from before the last that was taken.
    assert code_of(login(api, user, device.code(-1))) == (401, "INVALID_SECOND_FACTOR")
    assert login(api, user, device.code(1)).status_code == 200


@pytest.mark.parametrize("steps", [-3, 3])
def test_the_codes_of_another_time_are_refused(api: Api, company_id: UUID, steps: int) -> None:
    user = member(company_id)
    device, _codes, _token = switch_on(api, user)
    assert code_of(login(api, user, device.code(steps))) == (401, "INVALID_SECOND_FACTOR")


def test_a_recovery_code_signs_in_once_in_any_spelling(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    _device, codes, token = switch_on(api, user)
    assert len(set(codes)) == 10
    assert login(api, user, codes[0].upper().replace("-", " ")).status_code == 200
    assert code_of(login(api, user, codes[0])) == (401, "INVALID_SECOND_FACTOR")
    assert api(token).get("/second-factor").json()["recovery_codes_left"] == 9


def test_new_recovery_codes_replace_the_old_ones(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, codes, token = switch_on(api, user)
    proof = {"password": PASSWORD, "code": device.wrong()}
    assert code_of(api(token).post("/second-factor/recovery-codes", proof)) == (400, "WRONG_CODE")
    answer = api(token).post("/second-factor/recovery-codes", proof | {"code": device.code()})
    fresh = answer.json()["recovery_codes"]
    assert not set(fresh) & set(codes)
    assert code_of(login(api, user, codes[0])) == (401, "INVALID_SECOND_FACTOR")
    assert login(api, user, fresh[0]).status_code == 200


def test_neither_secret_nor_codes_are_stored_in_clear(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    token = sign_in(user).token
    answer = begin(api, token).json()
    codes = (
        api(token)
        .post("/second-factor/confirm", {"code": Device(answer["secret"]).code()})
        .json()["recovery_codes"]
    )
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM second_factors WHERE user_id = %s", [user.pk])
        assert re.fullmatch(r"v1:\w+:[A-Za-z0-9+/=]+", cursor.fetchone()[0])
        kept = list(RecoveryCode.objects.values_list("code_hash", flat=True))
    assert all(re.fullmatch("[0-9a-f]{64}", code_hash) for code_hash in kept)
    assert not {code.replace("-", "") for code in codes} & set(kept)
    assert answer["uri"].startswith("otpauth://totp/HRMS:")
    assert answer["qr_svg"].startswith("<svg")
    assert "<script" not in answer["qr_svg"]
    assert "style=" not in answer["qr_svg"]


def test_switching_it_on_ends_the_sessions_that_were_opened_without(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    before = sign_in(user)
    _device, _codes, token = switch_on(api, user)
    assert api(before.token).get("/profile").status_code == 401
    assert api().post("/refresh", {"refresh_token": before.refresh_token}).status_code == 401
    assert api(token).get("/profile").status_code == 200


def test_switching_it_off_takes_password_and_code_and_ends_all_sessions(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, _codes, token = switch_on(api, user)
    proof = {"password": PASSWORD, "code": device.code()}
    refused = api(token).post("/second-factor/off", proof | {"password": "wrong"})
    assert code_of(refused) == (400, "WRONG_PASSWORD")
    refused = api(token).post("/second-factor/off", proof | {"code": device.wrong()})
    assert code_of(refused) == (400, "WRONG_CODE")
    assert api(token).post("/second-factor/off", proof).status_code == 200
    assert api(token).get("/profile").status_code == 401
    assert login(api, user).status_code == 200


def test_without_one_there_is_nothing_to_switch_off_or_to_confirm(api: Api, company_id: UUID) -> None:
    token = sign_in(member(company_id)).token
    proof = {"password": PASSWORD, "code": "123456"}
    for address in ("/second-factor/off", "/second-factor/recovery-codes"):
        assert code_of(api(token).post(address, proof)) == (409, "SECOND_FACTOR_OFF")
    assert code_of(api(token).post("/second-factor/confirm", {"code": "123456"})) == (
        409,
        "SECOND_FACTOR_OFF",
    )


def test_an_open_browser_alone_begins_nothing(api: Api, company_id: UUID) -> None:
    token = sign_in(member(company_id)).token
    answer = api(token).post("/second-factor", {"password": "wrong"})
    assert code_of(answer) == (400, "WRONG_PASSWORD")
    with all_companies("test"):
        assert not SecondFactor.objects.exists()


@pytest.mark.parametrize(
    "code", ["", "x" * 41, "\u0661\u0662\u0663\u0664\u0665\u0666", "\u00e9", 123456, None]
)
def test_nonsense_for_a_code_is_refused(api: Api, company_id: UUID, code: Any) -> None:
    user = member(company_id)
    switch_on(api, user)
    answer = login(api, user) if code is None else login(api, user, code)
    assert answer.status_code in {401, 422}


def test_codes_are_guessed_twenty_times_a_day_at_most(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    device, _codes, token = switch_on(api, user)
    proof = {"password": PASSWORD, "code": device.wrong()}
    statuses = [api(token).post("/second-factor/off", proof) for _ in range(21)]
    assert [answer.status_code for answer in statuses] == [400] * 20 + [429]
    assert int(statuses[-1]["Retry-After"]) > 3600
    assert login(api, user, device.code()).status_code == 429


class TestRequired:
    """Roles that sign in with a second factor only."""

    @pytest.fixture(autouse=True)
    def _required(self, settings: Any) -> None:
        settings.SECOND_FACTOR_ROLES = ["super_admin"]

    def test_a_role_that_needs_one_opens_nothing_else_before(self, api: Api, company_id: UUID) -> None:
        user = member(None, "super_admin")
        signed_in = login(api, user).json()
        person = api(signed_in["token"])
        assert person.get("/profile").status_code == 200
        assert person.get("/second-factor").json()["needed"] is True
        assert person.get("/users").status_code == 403
        assert person.get("/roles").status_code == 403

        device = Device(person.post("/second-factor", {"password": PASSWORD}).json()["secret"])
        assert person.post("/second-factor/confirm", {"code": device.code()}).status_code == 200
        renewed = api().post("/refresh", {"refresh_token": signed_in["refresh_token"]}).json()
        assert api(renewed["token"]).get("/users").status_code == 200

    def test_it_stays(self, api: Api) -> None:
        user = member(None, "super_admin")
        device, _codes, token = switch_on(api, user)
        proof = {"password": PASSWORD, "code": device.code()}
        assert code_of(api(token).post("/second-factor/off", proof)) == (409, "SECOND_FACTOR_NEEDED")

    def test_a_session_from_before_the_rule_has_no_rights_after_its_next_refresh(
        self, api: Api, settings: Any
    ) -> None:
        settings.SECOND_FACTOR_ROLES = []
        signed_in = sign_in(member(None, "super_admin"))
        assert api(signed_in.token).get("/users").status_code == 200
        settings.SECOND_FACTOR_ROLES = ["super_admin"]
        renewed = api().post("/refresh", {"refresh_token": signed_in.refresh_token}).json()
        assert api(renewed["token"]).get("/users").status_code == 403

    def test_another_services_administration_opens_after_it_is_set_up_only(
        self, api: Api, company_id: UUID
    ) -> None:
        user = member(None, "super_admin")
        body = {"email": user.email, "password": PASSWORD}
        service = api(mint_service_token("auth"))
        assert code_of(service.post("/internal/staff/sign-in", body)) == (403, "SECOND_FACTOR_MISSING")
        device, _codes, _token = switch_on(api, user)
        assert code_of(service.post("/internal/staff/sign-in", body)) == (401, "SECOND_FACTOR_REQUIRED")
        answer = service.post("/internal/staff/sign-in", body | {"code": device.code()})
        assert api(answer.json()["token"]).get("/users").status_code == 200

    def test_others_need_none(self, api: Api, company_id: UUID) -> None:
        token = login(api, member(company_id, "company_manager")).json()["token"]
        assert api(token).get("/users").status_code == 200


class TestOtherServices:
    """The internal address by which they sign staff in."""

    def test_the_session_has_the_address_of_the_persons_browser(self, api: Api, company_id: UUID) -> None:
        user = member(company_id)
        body = {
            "email": user.email,
            "password": PASSWORD,
            "ip_address": "203.0.113.9",
            "user_agent": "A\u202e browser",
        }
        answer = api(mint_service_token("auth")).post("/internal/staff/sign-in", body)
        assert set(answer.json()) == {"success", "token"}
        (session,) = api(answer.json()["token"]).get("/sessions").json()["sessions"]
        assert (session["ip_address"], session["user_agent"]) == ("203.0.113.9", "A browser")

    def test_people_and_strangers_are_not_let_in(self, api: Api, company_id: UUID) -> None:
        user = member(company_id, "company_manager")
        body = {"email": user.email, "password": PASSWORD}
        for token in (None, sign_in(user).token, mint_service_token("employee")):
            assert api(token).post("/internal/staff/sign-in", body).status_code == 401
