"""Events arrive once and in order whatever happens to their producer, its log or its reader."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from common.testing.invariants import PARTICIPANTS
from tests.crash.situations import companies_known, wait_ended_as, wait_read
from tests.crash.system import System
from tests.waiting import wait_until


@contextlib.contextmanager
def open_transaction(system: System, service: str) -> Iterator[psycopg.Connection[Any]]:
    """A transaction that has written and goes on for as long as the block; committed at its end."""
    with psycopg.connect(system.stack.dsn(service, "superuser")) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        yield connection


def test_a_feed_that_is_down_costs_time_only(system: System) -> None:
    web = system.stack.process("company", "web")
    system.children["employee", "relay"].kill9()
    system.children["employee", "worker"].kill9()
    company_id = system.create_company("Unread")
    web.stop()
    try:
        system.children["company", "relay"].kill9()
        system.stack.flush_broker()
        # Neither broker nor feed carry the event now.
        system.ensure_running((("employee", "worker"), ("employee", "relay")))
        saga_id = system.start_hire()
        wait_ended_as(system, "completed", saga_id)
        assert not companies_known(system, company_id)()
    finally:
        web.start()
    wait_until(companies_known(system, company_id), "the event arrives by the feed")


def test_events_flow_through_the_broker_while_their_producers_web_is_down(system: System) -> None:
    web = system.stack.process("company", "web")
    system.children["employee", "relay"].kill9()
    system.children["employee", "worker"].kill9()
    company_id = system.create_company("Sent")
    web.stop()
    try:
        system.stack.flush_broker()
        system.ensure_running()
        wait_until(companies_known(system, company_id), "the event is sent again and arrives")
    finally:
        web.start()


def test_a_writer_that_stays_open_holds_nobody_up_and_its_event_is_not_missed(system: System) -> None:
    late = system.create_company("Late")
    wait_until(companies_known(system, late), "the company is known")
    with open_transaction(system, "auth"), open_transaction(system, "company") as writer:
        writer.execute(
            "INSERT INTO event_log (event_id, type, aggregate_id, company_id, version, payload, request_id)"
            " SELECT gen_random_uuid(), 'company.updated', aggregate_id, company_id, version + 1,"
            " payload - 'old_id' || '{\"name\": \"Renamed late\"}', '' FROM event_log"
            " WHERE aggregate_id = %s AND type = 'company.created'",
            [late],
        )
        others = [system.create_company("Meanwhile") for _ in range(3)]
        wait_until(companies_known(system, *others), "later events pass the open one")
    name = "SELECT name FROM companies_ref WHERE company_id = %s"
    wait_until(
        lambda: system.found.value("employee", name, late) == "Renamed late", "the open one arrives too"
    )


def test_two_relays_of_a_service_at_once_number_every_event_once(system: System) -> None:
    for service in PARTICIPANTS:
        system.one_more(service, "relay")
    sagas = [system.start_hire() for _ in range(10)]
    companies = [system.create_company("Twice") for _ in range(10)]
    wait_ended_as(system, "completed", *sagas)
    wait_until(companies_known(system, *companies), "the events have arrived")
    system.wait_at_rest()


def test_a_reader_restored_from_a_backup_reads_on_from_there(system: System) -> None:
    older = system.create_company("Before the backup")
    system.wait_at_rest()
    position = system.found.value("employee", "SELECT position FROM feed_cursors WHERE producer = 'company'")
    newer = system.create_company("After the backup")
    wait_until(companies_known(system, older, newer), "both are known")
    for run in ("worker", "relay"):
        system.children["employee", run].kill9()
    system.found.change("employee", "DELETE FROM companies_ref WHERE company_id = %s", newer)
    system.found.change(
        "employee", "UPDATE feed_cursors SET position = %s WHERE producer = 'company'", position
    )
    system.ensure_running()
    wait_until(companies_known(system, newer), "what came after the backup is read again")


def test_readers_of_a_restored_producer_reconcile_when_it_starts_a_new_epoch(system: System) -> None:
    rows = "SELECT to_jsonb(c) - 'updated_at' FROM companies_ref c ORDER BY company_id"
    before = system.found.rows("employee", rows)
    system.stack.manage("company", "new_epoch")
    epoch, head = system.found.rows("company", "SELECT epoch, position FROM feed_head")[0]
    for reader in ("auth", "employee"):
        wait_read(system, reader, "company", epoch, head)
    assert system.found.rows("employee", rows) == before
