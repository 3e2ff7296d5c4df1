"""What was ended opens nothing any more: how long each service takes to hear of it, whatever ended it."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from statistics import median
from time import perf_counter

import httpx

from tests.attack.ledger import Ledger
from tests.attack.openapi import LONG
from tests.attack.town import Town
from tests.e2e.fuzzing.things import PASSWORD
from tests.e2e.house import OPEN_TO_EVERYBODY, Person
from tests.waiting import wait_until

ROUNDS = 10 if LONG else 2
LATEST = 10.0
"""Seconds after which a revocation has failed, on the busiest machine; what it takes is printed."""

Note = Callable[[str, object], None]


def signed_out(_town: Town, person: Person) -> httpx.Response:
    return person.ask("POST", "auth", "/logout", json={})


def ended_from_another_device(town: Town, person: Person) -> httpx.Response:
    (session,) = person.get("auth", "/sessions")["sessions"]
    other = town.house.sign_in(person.email, PASSWORD)
    return other.ask("DELETE", "auth", f"/sessions/{session['id']}")


def refresh_token_used_twice(_town: Town, person: Person) -> httpx.Response:
    body = {"refresh_token": person.refresh_token}
    answer = person.ask("POST", "auth", "/refresh", json=body)
    assert person.ask("POST", "auth", "/refresh", json=body).status_code == httpx.codes.UNAUTHORIZED
    return answer


def password_changed_elsewhere(town: Town, person: Person) -> httpx.Response:
    other = town.house.sign_in(person.email, PASSWORD)
    body = {"current_password": PASSWORD, "new_password": "another that nobody guesses"}
    return other.ask("POST", "auth", "/password/change", json=body)


def account_closed(town: Town, person: Person) -> httpx.Response:
    return town.house.hr.ask("DELETE", "auth", f"/users/{person.id}")


WAYS: Mapping[str, Callable[[Town, Person], httpx.Response]] = {
    "signed out": signed_out,
    "ended from another device": ended_from_another_device,
    "a refresh token used twice": refresh_token_used_twice,
    "the password changed elsewhere": password_changed_elsewhere,
    "the account closed": account_closed,
}


def test_what_was_ended_is_refused_by_all_six_services(
    town: Town, ledger: Ledger, record_property: Note
) -> None:
    took: dict[str, list[float]] = {service: [] for service in OPEN_TO_EVERYBODY}
    with (
        ledger.attack("API2 sign-in: revoked") as attack,
        ThreadPoolExecutor(len(OPEN_TO_EVERYBODY)) as pool,
    ):
        for _ in range(ROUNDS):
            for name, end in WAYS.items():
                person = town.registered()
                assert person.refused_by() == []
                answer = end(town, person)
                assert answer.is_success, f"{name}: {answer.text}"
                seconds = pool.map(partial(until_refused, town, person.token), OPEN_TO_EVERYBODY)
                for service, each in zip(OPEN_TO_EVERYBODY, seconds, strict=True):
                    took[service].append(each)
                    attack.holds(each < LATEST, f"{service}, {name}: {each:.1f} s")
    for service, all_of_it in took.items():
        record_property(f"seconds until {service} refuses, half and all of {len(all_of_it)}", told(all_of_it))
    record_property(
        "seconds until all six refuse, half and all",
        told([max(each) for each in zip(*took.values(), strict=True)]),
    )


def until_refused(town: Town, token: str, service: str) -> float:
    """Seconds until a service refuses the token."""
    began = perf_counter()
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        url = f"{town.house.stack.url(service)}{OPEN_TO_EVERYBODY[service]}"

        def is_refused() -> bool:
            return client.get(url).status_code == httpx.codes.UNAUTHORIZED

        wait_until(is_refused, f"{service} refuses the token", 60)
    return perf_counter() - began


def told(seconds: list[float]) -> str:
    return f"{median(seconds):.3f}, {max(seconds):.3f}"
