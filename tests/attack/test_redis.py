"""Somebody has a service's Redis password, its key even: forged tasks, replays, poison, foreign queues."""

import base64
import hashlib
import json
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
import redis
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common.runtime.credentials import key_file
from common.runtime.layout import SERVICES
from tests.attack.ledger import Ledger
from tests.e2e.house import House
from tests.waiting import wait_until

THIEF = "document"
"""The service that was robbed."""
OF_THE_SERVER = (
    "KEYS *",
    "SCAN 0",
    "FLUSHALL",
    "CONFIG GET *",
    "CONFIG SET save 1",
    "ACL LIST",
    "EVAL return(1) 0",
    "SCRIPT FLUSH",
    "MONITOR",
    "CLIENT LIST",
    "SHUTDOWN NOSAVE",
    "PUBLISH x y",
)
OF_OTHERS = (
    "RPOP {0}.saga",
    "BRPOP {0}.events 0.01",
    "LRANGE {0} 0 -1",
    "DEL {0}.saga",
    "RPUSH {0}.saga x",
    "LPUSH {0} x",
    "HGETALL {0}.unacked",
    "GET {0}:memory",
    "SET {0}:1:x poison",
)


@pytest.fixture
def thief(house: House) -> "redis.Redis":
    return redis.Redis.from_url(house.stack.redis_url(0, THIEF))


def message(
    queue: str, task: str, args: list[Any], signature: str | None = None, **claims: Any
) -> dict[str, Any]:
    """A message as Celery reads it; its claims are signed with ``claims['key']`` unless a signature is given."""
    body = base64.b64encode(json.dumps([args, claims.pop("kwargs", {}), {}]).encode()).decode()
    key, kid = claims.pop("key", None), claims.pop("kid", THIEF)
    now = int(time.time())
    said = {
        "iss": kid,
        "aud": f"queue:{queue}",
        "typ": "message",
        "task": task,
        "body": base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).rstrip(b"=").decode(),
        "iat": now,
        "exp": now + 60,
        "jti": str(uuid4()),
        **claims,
    }
    if key is not None:
        signature = jwt.encode(said, key, algorithm="EdDSA", headers={"kid": kid})
    headers = {"lang": "py", "task": task, "id": said["jti"], "signature": signature}
    return {
        "body": body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {name: value for name, value in headers.items() if value is not None},
        "properties": {
            "delivery_tag": str(uuid4()),
            "delivery_info": {"exchange": "", "routing_key": queue},
            "body_encoding": "base64",
        },
    }


def refused(house: House, service: str) -> int:
    """How many messages the service has refused so far."""
    count = house.databases.value(service, "SELECT coalesce(sum(count), 0) FROM refused_messages")
    return int(str(count))


def all_are_refused(house: House, service: str, before: int, count: int) -> bool:
    return refused(house, service) >= before + count


def own_key(house: House) -> Any:
    return load_pem_private_key(key_file(house.stack.root, THIEF).read_bytes(), None)


def test_work_needs_no_right_that_a_service_does_not_have(house: House) -> None:
    house.stack.redis.acl_log_reset()
    house.hr.hire(house.new_company())
    house.wait_quiet()
    entries = house.stack.redis.acl_log()
    assert [entry for entry in entries if entry["username"] in SERVICES] == []


def test_the_server_and_what_is_anothers_are_closed(
    house: House, thief: "redis.Redis", ledger: Ledger
) -> None:
    others = [name for name in SERVICES if name != THIEF]
    commands = [*OF_THE_SERVER, *(each.format(name) for name in others for each in OF_OTHERS)]
    with ledger.attack("Redis: what a service's user may not") as attack:
        for command in commands:
            attack.holds(_is_denied(thief, command), command)
        anonymous = redis.Redis(port=house.stack.ports.redis)
        attack.holds(_raises(redis.AuthenticationError, anonymous.ping), "somebody without a password")
    logged = [entry for entry in house.stack.redis.acl_log(1_000) if entry["username"] == THIEF]
    assert logged


def _is_denied(client: "redis.Redis", command: str) -> bool:
    return _raises(redis.exceptions.NoPermissionError, partial(client.execute_command, *command.split()))


def _raises(kind: type[Exception], call: Callable[[], Any]) -> bool:
    try:
        call()
    except kind:
        return True
    return False


def of_another() -> dict[str, Any]:
    """Auth's event that somebody's account is closed."""
    person = str(uuid4())
    return {
        "id": str(uuid4()),
        "type": "user.deactivated",
        "position": 1,
        "aggregate_id": person,
        "version": 1,
        "company_id": None,
        "occurred_at": "2026-01-01T00:00:00Z",
        "payload": {"user_id": person, "at": "2036-01-01T00:00:00Z"},
    }


def forgeries(house: House, queue: str) -> dict[str, bytes | str]:
    """Messages that must start nothing, though they lie in the right queue."""
    service = queue.split(".", maxsplit=1)[0]
    own, stranger = own_key(house), Ed25519PrivateKey.generate()
    batch = {"producer": "company", "epoch": str(uuid4()), "after": 0, "upto": 1, "events": []}
    told = {"producer": THIEF, "epoch": str(uuid4()), "after": 0, "upto": 1, "events": [of_another()]}
    command = {
        "saga_id": str(uuid4()),
        "step": "create_user",
        "company_id": str(uuid4()),
        "fence": 9,
        "command": {},
    }
    create = partial(message, queue, "auth.create_user", [[command]], kwargs={"reply_to": "employee.saga"})
    found: dict[str, Any] = {
        "no signature": create(),
        "nonsense as signature": create(signature="x.y.z"),
        "a stranger's key in the orchestrator's name": create(key=stranger, kid="employee"),
        "its own key in the orchestrator's name": create(key=own, kid="employee"),
        "its own key, saying it is the orchestrator": create(key=own, iss="employee"),
        "its own key and name": create(key=own),
        "a service nobody knows": create(key=stranger, kid="payroll"),
        "for another queue": create(key=own, aud="queue:somewhere"),
        "a service token's kind": create(key=own, typ="service"),
        "too old": create(key=own, exp=1_700_000_060, iat=1_700_000_000),
        "good for ever": create(key=own, exp=4_000_000_000),
        "an id that is none": create(key=own, jti="1"),
        "a task of the service's own": message(queue, "security.purge_revocations", [], key=own),
        "a task that is not there": message(queue, "os.system", ["true"], key=own),
        "events in another's name": message(queue, "messaging.receive_events", [batch], key=own),
        "another's event in its own name": message(queue, "messaging.receive_events", [told], key=own),
        "an orchestrator's bell": message(queue, "sagas.orchestrate", [], key=own),
        "the protocol before": {"task": "auth.create_user", "id": "1", "args": [[command]], "kwargs": {}},
        "a pickle": b"\x80\x04\x95\x10\x00\x00\x00",
        "half a message": '{"body": "',
        "a deep one": "[" * 100_000,
    }
    assert service in SERVICES
    return {name: each if isinstance(each, bytes | str) else json.dumps(each) for name, each in found.items()}


@pytest.mark.parametrize("service", [name for name in SERVICES if name != THIEF])
def test_forged_messages_start_nothing_and_stop_nothing(
    house: House, thief: "redis.Redis", ledger: Ledger, service: str
) -> None:
    before = refused(house, service)
    worker = house.stack.process(f"{service}-worker").restart_count
    sent = 0
    for queue in (f"{service}.events", f"{service}.saga"):
        for item in forgeries(house, queue).values():
            thief.lpush(queue, item)
            sent += 1
    with ledger.attack("Redis: forged messages") as attack:
        wait_until(partial(all_are_refused, house, service, before, sent), f"{service} has refused them all")
        for _ in range(sent):
            attack.holds(True, "")
        attack.holds(
            house.stack.process(f"{service}-worker").restart_count == worker, f"{service}'s worker died"
        )
        effects = house.databases.value(
            service, "SELECT count(*) FROM saga_effects WHERE fence = 9 AND step = 'create_user'"
        )
        attack.holds(not effects, f"a forged command had an effect in {service}")


def test_a_captured_message_is_not_taken_twice(house: House, thief: "redis.Redis", ledger: Ledger) -> None:
    captured = _captured(house)
    with ledger.attack("Redis: replayed messages") as attack:
        before = refused(house, THIEF)
        thief.lpush(f"{THIEF}.events", captured)
        wait_until(partial(all_are_refused, house, THIEF, before, 1), "the replay is refused")
        attack.holds(True, "")
        other = refused(house, "analytics")
        thief.lpush("analytics.events", captured)
        wait_until(partial(all_are_refused, house, "analytics", other, 1), "the foreign message is refused")
        attack.holds(True, "")


def _captured(house: House) -> bytes:
    """A genuine message to the robbed service, read while its worker stood still, and handled since."""
    worker = house.stack.process(f"{THIEF}-worker")
    queue = f"{THIEF}.events"
    worker.pause()
    try:
        # The one that the worker has asked for is on its way to it; another one waits.
        house.new_company()
        wait_until(lambda: _another(house, queue), "a message waits")
        captured = house.stack.redis.lindex(queue, -1)
    finally:
        worker.resume()
    house.wait_quiet()
    assert isinstance(captured, bytes)
    return captured


def _another(house: House, queue: str) -> bool:
    if house.stack.redis.llen(queue):
        return True
    house.new_company()
    return False


def test_poison_in_the_cache_opens_no_admin_page(house: House, ledger: Ledger) -> None:
    cache = redis.Redis.from_url(house.stack.redis_url(1, "company"))
    session, user = "a" * 32, "00000000-0000-4000-8000-000000000001"
    forged = {"_auth_user_id": user, "_auth_user_backend": "common.staff.backends.AuthServiceBackend"}
    for prefix in ("django.contrib.sessions.cached_db", "django.contrib.sessions.cache"):
        cache.set(f"company:1:{prefix}{session}", json.dumps(forged))
    with ledger.attack("Redis: poisoned cache") as attack:
        headers = {"Cookie": f"company_session={session}"}
        answer = httpx.get(f"{house.stack.url('company')}/admin/", headers=headers)
        attack.holds(answer.status_code in {301, 302, 403}, f"the admin answers {answer.status_code}")


def test_what_was_refused_is_counted_for_prometheus(house: House) -> None:
    counted = [
        house.databases.value(name, "SELECT count(*) FROM refused_messages WHERE count > 0")
        for name in SERVICES
    ]
    assert all(counted)
