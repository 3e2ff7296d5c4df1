"""API6, unrestricted access to sensitive business flows: done twice, done at once, done by the thousand."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.attack.ledger import Ledger
from tests.attack.town import Town
from tests.e2e.house import new_person

AT_ONCE = 8


def all_at_once(calls: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
    """The answers to calls that begin together."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], httpx.Response]) -> httpx.Response:
        gate.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def post(town: Town, service: str, path: str, body: object) -> Callable[[], httpx.Response]:
    """A request on a connection of its own."""
    headers = {"Authorization": f"Bearer {town.administrator.token}"}
    url = f"{town.house.stack.url(service)}{path}"
    return lambda: httpx.post(url, json=body, headers=headers, timeout=120)


def test_a_leave_is_decided_once(town: Town, ledger: Ledger) -> None:
    leave = town.named_in("/leaves/{leave_id}", own=True)["leave_id"]
    decisions = ["approve", "reject"] * (AT_ONCE // 2)
    with ledger.attack("API6 flows: decided at once") as attack:
        calls = [post(town, "employee", f"/leaves/{leave}/{each}", {"reason": "race"}) for each in decisions]
        answers = all_at_once(calls)
        for answer in answers:
            attack.holds(answer.status_code in {200, 409}, f"{answer.status_code} {answer.text[:200]}")
        good = sum(answer.is_success for answer in answers)
        attack.holds(good == 1, f"{good} of {AT_ONCE} decisions were taken")


def test_no_more_are_hired_than_there_are_seats(town: Town, ledger: Ledger) -> None:
    company = town.house.new_company(seat_limit=2)
    with ledger.attack("API6 flows: seats") as attack:
        calls = [post(town, "employee", "/employees", new_person(company)) for _ in range(AT_ONCE)]
        answers = all_at_once(calls)
        for answer in answers:
            attack.holds(
                answer.status_code in {201, 202, 409, 503}, f"{answer.status_code} {answer.text[:200]}"
            )
        town.house.wait_quiet()
        hired = town.house.hr.get("employee", "/employees", company_id=company)["employees"]
        attack.holds(len(hired) <= 2, f"{len(hired)} people on 2 seats")


def test_a_mailed_link_sets_one_password(town: Town, ledger: Ledger) -> None:
    person, url = town.registered(), town.house.stack.url("auth")
    assert httpx.post(f"{url}/password/reset", json={"email": person.email}, timeout=60).is_success
    link = town.house.mailbox.link_to(person.email, "/password/reset/")
    with ledger.attack("API6 flows: links used twice") as attack:
        answers = all_at_once(
            [
                lambda number=number: httpx.post(  # type: ignore[misc]
                    link, json={"new_password": f"a sentence of number {number}"}, timeout=60
                )
                for number in range(AT_ONCE)
            ]
        )
        good = sum(answer.is_success for answer in answers)
        attack.holds(good == 1, f"{good} passwords were set by one link")
        for answer in answers:
            attack.holds(
                answer.status_code in {200, 400, 404, 429}, f"{answer.status_code} {answer.text[:200]}"
            )
        refused = person.ask("POST", "auth", "/refresh", json={"refresh_token": person.refresh_token})
        attack.holds(refused.status_code == 401, "who was signed in before the password changed still is")


def test_nobody_fills_anothers_mailbox(town: Town, ledger: Ledger) -> None:
    person, url = town.registered(), f"{town.house.stack.url('auth')}/password/reset"
    with ledger.attack("API6 flows: mails by the dozen") as attack:
        for _ in range(20):
            answer = httpx.post(url, json={"email": person.email}, timeout=60)
            attack.holds(answer.status_code in {200, 429}, f"{answer.status_code}")
        town.house.mailbox.text_to(person.email, "/password/reset/")
        town.house.wait_quiet()
        mails = len(town.house.mailbox.to(person.email))
        attack.holds(mails <= 10, f"{mails} mails went to one address")
