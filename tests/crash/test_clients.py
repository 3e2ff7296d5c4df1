"""The web process dies while clients wait for it; they repeat their requests."""

import threading
from uuid import uuid4

import httpx

from tests.crash.situations import wait_at_step, wait_ended_as
from tests.crash.system import System
from tests.waiting import wait_until


def test_a_request_repeated_after_the_web_was_killed_in_the_middle_of_it_hires_once(system: System) -> None:
    web, company = system.stack.process("employee", "web"), system.children["company", "worker"]
    headers = {"Idempotency-Key": str(uuid4()), "Prefer": "wait=60"}
    email = f"{uuid4().hex}@repeated.example"
    outcome: list[str] = []

    def first_try() -> None:
        try:
            outcome.append(str(system.hire(headers=headers, email=email).status_code))
        except httpx.TransportError as error:
            outcome.append(type(error).__name__)

    company.pause()
    client = threading.Thread(target=first_try, daemon=True)
    client.start()
    query = "SELECT id FROM sagas WHERE data->'employee'->>'email' = %s"
    wait_until(lambda: system.found.rows("employee", query, email), "the saga was written")
    wait_at_step(system, str(system.found.value("employee", query, email)), "update_headcount")
    before = web.restart_count
    web.kill9()
    client.join(30)
    assert outcome == ["RemoteProtocolError"]
    web.wait_restarted(before)
    answers: list[httpx.Response] = []

    def answered() -> bool:
        try:
            answers.append(system.hire(headers={**headers, "Prefer": "respond-async"}, email=email))
        except httpx.TransportError:
            return False
        return answers[-1].is_success

    wait_until(answered, "the new web process answers")
    saga = answers[-1].json()["saga"]
    company.resume()
    wait_ended_as(system, "completed", saga["id"])
    last = system.hire(headers=headers, email=email)
    assert (last.status_code, last.json()["employee"]["id"]) == (201, saga["employee_id"])
    assert system.found.rows("employee", query, email) == [(system.found.value("employee", query, email),)]
