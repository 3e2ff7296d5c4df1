"""Requests that wait for their sagas leave room for others; a broker that forgets costs seconds."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.e2e.house import House, Person
from tests.waiting import wait_until

Note = Callable[[str, object], None]
CLIENTS = 64
OTHERS = 20


@contextmanager
def paused(house: House, service: str) -> Iterator[None]:
    """The service's worker stands still."""
    worker = house.stack.process(service, "worker")
    worker.pause()
    try:
        yield
    finally:
        worker.resume()


def test_sixty_four_waiting_hires_do_not_hold_up_other_requests(
    house: House, hr: Person, record_property: Note
) -> None:
    company_id = house.new_company()
    running = "SELECT count(*) FROM sagas WHERE company_id = %s AND state = 'running'"
    with ThreadPoolExecutor(CLIENTS) as clients:
        with paused(house, "company"):
            hires = [clients.submit(hr.hire, company_id) for _ in range(CLIENTS)]
            wait_until(
                lambda: house.databases.value("employee", running, [company_id]) == CLIENTS, "all wait"
            )
            slowest = 0.0
            for _ in range(OTHERS):
                began = time.monotonic()
                assert hr.get("employee", "/employees", company_id=company_id)["employees"] == []
                slowest = max(slowest, time.monotonic() - began)
            assert not any(hire.done() for hire in hires)
        statuses = [hire.result().status_code for hire in hires]
    record_property(f"slowest of {OTHERS} lists while {CLIENTS} hires wait, in seconds", round(slowest, 3))
    assert statuses == [201] * CLIENTS
    assert len(hr.get("employee", "/employees", company_id=company_id, limit=100)["employees"]) == CLIENTS


@pytest.mark.parametrize("consumer", ["employee"])
def test_events_and_hires_reach_their_end_seconds_after_the_broker_forgot_them(
    house: House, hr: Person, consumer: str, record_property: Note
) -> None:
    company_id = house.new_company()
    house.wait_quiet()
    with paused(house, consumer):
        sagas = [
            hr.hire(company_id, headers={"Prefer": "respond-async"}).headers["Location"] for _ in range(5)
        ]
        companies = [house.new_company()]
        while not house.stack.redis.llen(f"{consumer}.events"):
            companies.append(house.new_company())
        house.stack.flush_broker()
        began = time.monotonic()
    known = "SELECT count(*) FROM companies_ref WHERE company_id = ANY(%s::uuid[])"
    wait_until(
        lambda: house.databases.value(consumer, known, [companies]) == len(companies), "the events arrive"
    )
    record_property("seconds from FLUSHALL to the events' effects", round(time.monotonic() - began, 2))
    for address in sagas:
        wait_until(lambda: hr.get("employee", address)["saga"]["state"] == "completed", "the hire ends")  # noqa: B023
    record_property("seconds from FLUSHALL to the end of the hires", round(time.monotonic() - began, 2))
