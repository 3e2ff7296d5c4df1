"""Sessions end everywhere; a new signing key ends none."""

from collections.abc import Callable

import httpx

from common.runtime.layout import HR_ADMIN_EMAIL
from tests.e2e.house import House, Person
from tests.waiting import wait_until

Note = Callable[[str, object], None]
SERVICES = 6
REFUSED_WITHIN = 10.0


def sign_in_hr(house: House) -> Person:
    return house.sign_in(HR_ADMIN_EMAIL, house.stack.credentials.hr_admin_password)


def test_a_session_that_was_ended_is_refused_by_all_six_services_within_seconds(
    house: House, hr: Person, record_property: Note
) -> None:
    person = sign_in_hr(house)
    assert person.refused_by() == []
    assert person.ask("POST", "auth", "/logout", json={}).status_code == httpx.codes.OK
    took = wait_until(lambda: len(person.refused_by()) == SERVICES, "all six refuse it")
    record_property("seconds until all six refuse a session", round(took, 2))
    assert took < REFUSED_WITHIN
    assert hr.refused_by() == []
    refresh = person.ask("POST", "auth", "/refresh", json={"refresh_token": person.refresh_token})
    assert refresh.status_code == httpx.codes.UNAUTHORIZED


def test_an_operator_ends_all_sessions_of_a_person(house: House, second_hr: Person) -> None:
    email, password = "second.hr@hrms.example", "another long password"
    person = house.sign_in(email, password)
    house.stack.manage("auth", "revoke_sessions", "--user", email)
    wait_until(lambda: len(person.refused_by()) == SERVICES, "all six refuse it")
    wait_until(lambda: len(second_hr.refused_by()) == SERVICES, "and the older one")
    fresh = house.sign_in(email, password)
    assert fresh.refused_by() == []
    second_hr.take(fresh.token)


def key_ids(house: House) -> set[str]:
    document = httpx.get(f"{house.stack.url('auth')}/.well-known/jwks.json").json()
    return {key["kid"] for key in document["keys"]}


def kid_of(person: Person) -> str:
    import jwt

    return str(jwt.get_unverified_header(person.token)["kid"])


def test_a_new_signing_key_logs_nobody_out(house: House) -> None:
    person = sign_in_hr(house)
    old = kid_of(person)
    house.stack.manage("auth", "rotate_signing_key")
    assert len(key_ids(house)) > 1
    assert person.refused_by() == []
    wait_until(lambda: kid_of(sign_in_hr(house)) != old, "the new key signs")
    fresh = sign_in_hr(house)
    assert fresh.refused_by() == []
    assert person.refused_by() == []
    renewed = person.ask("POST", "auth", "/refresh", json={"refresh_token": person.refresh_token}).json()
    person.take(renewed["token"])
    assert kid_of(person) == kid_of(fresh)
    assert person.refused_by() == []
