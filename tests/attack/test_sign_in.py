"""API2, broken authentication: forged tokens, guessed passwords, stolen refresh tokens, who has an account."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from uuid import uuid4

import httpx
import pytest

from tests.attack.forgeries import forged, service_token, signed_by_auth
from tests.attack.ledger import Ledger
from tests.attack.openapi import LONG
from tests.attack.town import Town
from tests.e2e.fuzzing.things import PASSWORD
from tests.e2e.house import OPEN_TO_EVERYBODY

GUESSES = 14
AT_ONCE = 20
TIMED = 12 if LONG else 4
CLOSE = 0.5
"""Times may differ by half on a busy machine; hashing or not hashing is a factor of a hundred."""
GOOD = "an access token as it should be"

Note = Callable[[str, object], None]


@pytest.fixture(scope="module")
def bad_tokens(town: Town) -> Mapping[str, str]:
    """Every token that must open nothing."""
    signed = signed_by_auth(town.house, town.manager)
    assert httpx.codes.UNAUTHORIZED not in statuses(town, signed.pop(GOOD)).values()
    return {
        **signed,
        **forged(town.house, town.manager),
        "a refresh token as it is": town.manager.refresh_token,
    }


def statuses(town: Town, token: str) -> dict[str, int]:
    found = {}
    for service, path in OPEN_TO_EVERYBODY.items():
        headers = {b"Authorization": f"Bearer {token}".encode()}
        found[service] = town.client.get(
            f"{town.house.stack.url(service)}{path}", headers=headers
        ).status_code
    return found


def test_no_forged_token_opens_anything(town: Town, ledger: Ledger, bad_tokens: Mapping[str, str]) -> None:
    with ledger.attack("API2 sign-in: forged tokens") as attack:
        for name, token in bad_tokens.items():
            for service, status in statuses(town, token).items():
                refused = status == httpx.codes.UNAUTHORIZED or (len(token) > 50_000 and 400 <= status < 500)
                attack.holds(refused, f"{service} answers {status} to a token {name}")


def test_what_services_tell_each_other_is_closed_to_everybody_else(
    town: Town, ledger: Ledger, internal_addresses: Mapping[str, list[str]]
) -> None:
    with ledger.attack("API2 sign-in: between services") as attack:
        for service, paths in internal_addresses.items():
            other = "company" if service != "company" else "auth"
            tokens = {
                "nobody": None,
                "a manager": town.manager.token,
                "an administrator": town.administrator.token,
                "a service, for another": service_token(town.house, "employee", f"service:{other}"),
                "a service, for people": service_token(town.house, "employee", "hrms"),
                "a service under another's name": service_token(
                    town.house, "employee", f"service:{service}", iss="auth", sub="auth"
                ),
                "a service, too late": service_token(
                    town.house, "employee", f"service:{service}", exp=1_700_000_060, iat=1_700_000_000
                ),
                "a service with a person's kind": service_token(
                    town.house, "employee", f"service:{service}", typ="access"
                ),
            }
            for path in paths:
                for who, token in tokens.items():
                    for method in ("GET", "POST"):
                        headers = {"Authorization": f"Bearer {token}"} if token else {}
                        url = f"{town.house.stack.url(service)}{path}"
                        status = town.client.request(method, url, headers=headers).status_code
                        attack.holds(
                            status in {401, 403, 404, 405}, f"{service} {method} {path}: {who}: {status}"
                        )


def test_a_refresh_token_is_good_once_however_many_use_it_at_once(town: Town, ledger: Ledger) -> None:
    person = town.registered()
    url, body = f"{town.house.stack.url('auth')}/refresh", {"refresh_token": person.refresh_token}
    gate = threading.Barrier(AT_ONCE)

    def use(_number: int) -> httpx.Response:
        gate.wait()
        return httpx.post(url, json=body, timeout=60)

    with ledger.attack("API2 sign-in: race on refresh") as attack, ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(use, range(AT_ONCE)))
        good = [answer for answer in answers if answer.is_success]
        for answer in answers:
            attack.holds(answer.status_code in {200, 401}, f"{answer.status_code} {answer.text[:200]}")
        attack.holds(len(good) == 1, f"{len(good)} of {AT_ONCE} got new tokens")
        for answer in good:
            again = httpx.post(url, json={"refresh_token": answer.json()["refresh_token"]}, timeout=60)
            attack.holds(again.status_code == 401, "the family lives on after its token was used again")


def sign_in(town: Town, email: str, password: str, **headers: str) -> httpx.Response:
    url = f"{town.house.stack.url('auth')}/login"
    return town.client.post(url, json={"email": email, "password": password}, headers=headers)


def test_passwords_are_not_guessed(town: Town, ledger: Ledger) -> None:
    person = town.registered()
    with ledger.attack("API2 sign-in: guessed passwords") as attack:
        answers = [
            sign_in(town, person.email, f"guess {number}", **{"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(GUESSES)
        ]
        for answer in answers:
            attack.holds(answer.status_code in {401, 429}, f"{answer.status_code} {answer.text[:200]}")
        attack.holds(answers[-1].status_code == 429, "one may go on guessing")
        attack.holds("Retry-After" in answers[-1].headers, "nobody says for how long it is closed")
        right = sign_in(town, person.email.upper(), PASSWORD, **{"X-Forwarded-For": "203.0.113.9"})
        attack.holds(
            right.status_code == 429, f"the right password is told from wrong ones: {right.status_code}"
        )


def test_nobody_learns_who_has_an_account(town: Town, ledger: Ledger, record_property: Note) -> None:
    inactive = town.registered()
    assert town.house.hr.ask("DELETE", "auth", f"/users/{inactive.id}").is_success
    known, url = town.registered(), town.house.stack.url("auth")
    with ledger.attack("API2 sign-in: who has an account") as attack:
        times: dict[str, list[float]] = {"known": [], "inactive": [], "unknown": []}
        said = set()
        for number in range(TIMED):
            for who, email in (
                ("known", known.email),
                ("inactive", inactive.email),
                ("unknown", f"{uuid4().hex}@fuzz.example"),
            ):
                # What counts towards the lock is not what is timed.
                if who != "unknown" and number >= GUESSES // 2:
                    continue
                began = perf_counter()
                answer = sign_in(town, email, "not the password")
                times[who].append(perf_counter() - began)
                said.add(
                    (answer.status_code, answer.json()["error"]["message"], tuple(sorted(answer.headers)))
                )
                attack.holds(len(said) == 1, f"{who}: {sorted(said, key=str)}")
        middle = {who: median(found) for who, found in times.items()}
        slowest, fastest = max(middle.values()), min(middle.values())
        record_property(
            "seconds of a refused sign-in", {who: round(value, 3) for who, value in middle.items()}
        )
        attack.holds(fastest > CLOSE * slowest, f"times tell: {middle}")
        for path in ("/password/reset",):
            asked = [town.client.post(f"{url}{path}", json={"email": email}) for email in
                     (known.email, inactive.email, f"{uuid4().hex}@fuzz.example")]  # fmt: skip
            told = {(each.status_code, each.json().get("message")) for each in asked}
            attack.holds(len(told) == 1, f"{path}: {told}")


def test_a_mailed_link_leads_home_whatever_host_was_named(town: Town, ledger: Ledger) -> None:
    person, url = town.registered(), f"{town.house.stack.url('auth')}/password/reset"
    with ledger.attack("API2 sign-in: poisoned links") as attack:
        for header in ("Host", "X-Forwarded-Host", "X-Host", "Forwarded"):
            value = "host=evil.example" if header == "Forwarded" else "evil.example"
            answer = town.client.post(url, json={"email": person.email}, headers={header: value})
            attack.holds(answer.status_code in {200, 400, 429}, f"{header}: {answer.status_code}")
        town.client.post(url, json={"email": person.email})
        town.house.mailbox.text_to(person.email, "/password/reset/")
        mails = [str(mail) for mail in town.house.mailbox.to(person.email)]
        attack.holds(not any("evil.example" in mail for mail in mails), "a mail leads to evil.example")


def test_a_password_that_everybody_has_is_refused(town: Town, ledger: Ledger) -> None:
    url = f"{town.house.stack.url('auth')}/register"
    with ledger.attack("API2 sign-in: common passwords") as attack:
        for password in (
            "password",
            "12345678",
            "qwertyuiop",
            "iloveyou1",
            "Password1",
            "letmein123",
            "short",
        ):
            body = {"email": f"{uuid4().hex}@fuzz.example", "password": password}
            answer = town.client.post(url, json={**body, "first_name": "A", "last_name": "B"})
            attack.holds(answer.status_code == 422, f"{password!r}: {answer.status_code}")
