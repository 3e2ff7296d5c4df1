"""The reckoning of a soak: content with a small one, and not with any of the harms it is there to find."""

from collections.abc import Iterator

import psycopg
import pytest

from common.runtime.databases import Databases
from common.runtime.demo.story import Story
from common.runtime.layout import VAR
from common.runtime.stack import Stack
from tests.soak.checks import CHECKS
from tests.soak.run import Soak, reckon

HIRES = 40

# Where, what is done to it, and which check has to notice.
HARMS = {
    "an account without an employee": (
        "auth",
        "INSERT INTO users (id, email, password, first_name, last_name, is_active)"
        " VALUES (gen_random_uuid(), 'orphan@soak.example', '', '', '', true)",
        "no orphans",
    ),
    "an employee without an account": ("auth", "DELETE FROM users WHERE email LIKE 'person%'", "no orphans"),
    "a record that stayed pending": (
        "employee",
        "UPDATE employees SET lifecycle = 'pending' WHERE id = (SELECT min(id::text)::uuid FROM employees)",
        "a completed hire",
    ),
    "an account that stayed inactive": (
        "auth",
        "UPDATE users SET is_active = false WHERE email LIKE 'person%'",
        "a completed hire",
    ),
    "somebody counted twice": (
        "company",
        "INSERT INTO headcount_ledger"
        " (company_id, employee_id, saga_id, source_key, delta, reason, folded, happened_on)"
        " SELECT company_id, employee_id, saga_id, source_key || ':again', 1, reason, true, happened_on"
        " FROM headcount_ledger WHERE delta = 1 LIMIT 1",
        "a completed hire",
    ),
    "a total that drifted": (
        "company",
        "UPDATE headcount_totals SET total = total + 1",
        "accounts = employees = sum of the ledger = totals",
    ),
    "what a compensated hire left": (
        "auth",
        "INSERT INTO users (id, email, password, first_name, last_name, is_active)"
        " SELECT aggregate_id, 'left@soak.example', '', '', '', false FROM event_log"
        " WHERE type = 'user.deleted' LIMIT 1",
        "a compensated hire",
    ),
    "a saga that never ends": (
        "employee",
        "UPDATE sagas SET state = 'running', wake_at = now(), finished_at = NULL WHERE state = 'completed'",
        "every saga has ended",
    ),
    "a saga left to an operator": (
        "employee",
        "UPDATE sagas SET state = 'parked', finished_at = NULL WHERE state = 'compensated'",
        "every saga has ended",
    ),
    "two sagas for one request": (
        "employee",
        "UPDATE idempotency_keys SET saga_id = (SELECT min(id::text)::uuid FROM sagas)",
        "no duplicates",
    ),
    "an effect that was not undone": (
        "auth",
        "DELETE FROM saga_effects WHERE direction = 'undo'",
        "one effect",
    ),
    "a step that was never done": (
        "company",
        "DELETE FROM saga_effects WHERE direction = 'do' AND status = 'done'",
        "one effect",
    ),
    "steps undone in the wrong order": (
        "employee",
        "UPDATE saga_steps SET id = -id WHERE direction = 'undo'",
        "what was done for a saga goes back",
    ),
    "an effect of an older fence's successor": (
        "company",
        "UPDATE saga_fences SET fence = fence - 1",
        "no effect is older",
    ),
    "a gap in the log": (
        "employee",
        "DELETE FROM event_log WHERE position = 2",
        "events have the positions",
    ),
    "an aggregate told of backwards": (
        "auth",
        "UPDATE event_log SET version = 0 WHERE type = 'user.updated'",
        "events have the positions",
    ),
    "a consumer that fell behind": (
        "analytics",
        "UPDATE feed_cursors SET position = position - 1 WHERE producer = 'auth'",
        "every subscriber",
    ),
    "a consumer in another epoch": (
        "employee",
        "UPDATE feed_cursors SET epoch = gen_random_uuid() WHERE producer = 'auth'",
        "every subscriber",
    ),
    "an event nobody could apply": (
        "employee",
        "INSERT INTO parked_events (producer, position, event_id, type, aggregate_id, envelope, error, attempts,"
        " state, resolved_by) VALUES ('auth', 1, gen_random_uuid(), 'user.created', gen_random_uuid(), '{}', 'no',"
        " 3, 'parked', '')",
        "no event is parked",
    ),
    "a hire nobody was told of": (
        "employee",
        "UPDATE event_log SET type = 'employee.updated' WHERE type = 'employee.hired'",
        "each completed hire is told of once",
    ),
}


@pytest.fixture(scope="module")
def soak() -> Iterator[Soak]:
    """A small system in which forty people were hired and nothing was killed."""
    stack = Stack(VAR / "test-soak", fsync=False)
    try:
        stack.remove()
        stack.prepare()
        stack.ensure_admin()
        stack.start_services()
        stack.wait_healthy()
        with Databases(stack) as databases:
            soak = Soak.begin(stack, databases, seed=1, seats=1)
            soak.turn(1, HIRES, under_fire=False)
            soak.settle()
            yield soak
    finally:
        stack.stop()


@pytest.mark.timeout(300)
def test_a_system_that_was_left_alone_passes_every_check(
    soak: Soak, capsys: pytest.CaptureFixture[str]
) -> None:
    story = Story()
    reckon(soak, story)
    assert story.close() == 0, capsys.readouterr().out
    told = {result.answer.error_code for result in soak.crowd.results if result.answer}
    assert told == {"", "EMAIL_TAKEN", "COMPANY_INACTIVE", "SEAT_LIMIT_REACHED"}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("harm", HARMS)
def test_the_reckoning_finds(soak: Soak, harm: str) -> None:
    service, statement, sentence = HARMS[harm]
    (check,) = [each for each in CHECKS if each.sentence.startswith(sentence)]
    assert check.look(soak.databases) == ""
    connection = soak.databases.connection(service)
    with connection.transaction(force_rollback=True):
        _without_triggers(connection)
        done = connection.execute(statement.encode())
        assert done.rowcount > 0, "the harm was not done"
        assert check.look(soak.databases) != ""
    assert check.look(soak.databases) == ""


def _without_triggers(connection: psycopg.Connection) -> None:
    """Foreign keys and the ledger's guard would prevent what is done here."""
    connection.execute("SET LOCAL session_replication_role = replica")
