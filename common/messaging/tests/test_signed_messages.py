"""Somebody writes into this service's queues: whatever was not signed for it is refused, counted and gone."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import jwt
import pytest
from celery import current_app
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from common.conf.service import Service
from common.messaging.gate import LARGEST
from common.messaging.models import HandledMessage, Refusal
from common.messaging.refusals import refusal_metrics
from common.messaging.replays import note_handled
from common.messaging.signatures import LIFETIME, OWN_LIFETIME
from common.messaging.tests.service_keys import ServiceKeys
from common.testing.sagas import TestBroker, test_broker

QUEUE = "employee.saga"
TASK = "sagas.orchestrate"


@pytest.fixture
def broker(db: None) -> Iterator[TestBroker]:
    """Without real commits: quicker, and nothing here needs them."""
    with test_broker() as broker:
        yield broker


@pytest.fixture
def message(broker: TestBroker) -> dict[str, Any]:
    """A good message, taken from its queue."""
    current_app.send_task(TASK, queue=QUEUE)
    taken: dict[str, Any] = json.loads(broker.redis.rpop(QUEUE))
    return taken


def refusals() -> dict[tuple[str, str], int]:
    return {(each.reason, each.sender): each.count for each in Refusal.objects.all()}


def put(broker: TestBroker, item: Any, queue: str = QUEUE) -> None:
    broker.redis.lpush(queue, item if isinstance(item, bytes | str) else json.dumps(item))


def claims_of(message: dict[str, Any]) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(message["headers"]["signature"], options={"verify_signature": False})
    return claims


def test_a_message_of_this_service_is_handled_and_nothing_is_refused(
    broker: TestBroker, message: dict[str, Any]
) -> None:
    put(broker, message)
    assert broker.deliver_all(QUEUE) == [TASK]
    assert refusals() == {}


def test_a_message_says_nothing_in_clear_but_its_body(message: dict[str, Any]) -> None:
    current_app.send_task("some.task", args=["plain"], kwargs={"salary": 1}, queue="elsewhere")
    assert (message["headers"]["argsrepr"], message["headers"]["kwargsrepr"]) == ("", "")
    assert "origin" not in message["headers"]


HOSTILE = {
    "not json": b"\x00\xff{",
    "a number": "7",
    "a list": "[[], {}, {}]",
    "nothing": "{}",
    "no headers": json.dumps({"body": "W10="}),
    "headers that are text": json.dumps({"body": "W10=", "headers": "task"}),
    "a body that is a list": json.dumps({"body": [], "headers": {"task": TASK}}),
    "deeply nested": '{"body": "W10=", "headers": ' + "[" * 50_000,
    "a lone surrogate": '{"body": "\\ud800", "headers": {"task": "x", "signature": "y"}}',
    "too large": b"x" * (LARGEST + 1),
}


@pytest.mark.parametrize("item", HOSTILE.values(), ids=HOSTILE)
def test_what_cannot_be_read_is_gone_and_the_queue_goes_on(
    broker: TestBroker, message: dict[str, Any], item: Any
) -> None:
    put(broker, item)
    put(broker, message)
    assert broker.deliver_all(QUEUE) == [TASK]
    assert refusals() == {("unreadable", ""): 1} or refusals() == {("unsigned", ""): 1}
    assert broker.pending(QUEUE) == 0


def test_a_task_without_a_signature_is_not_run(broker: TestBroker) -> None:
    body = base64.b64encode(json.dumps([[], {}, {}]).encode()).decode()
    forged = {
        "body": body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {"lang": "py", "task": TASK, "id": str(uuid4())},
        "properties": {"delivery_tag": "1", "delivery_info": {}, "body_encoding": "base64"},
    }
    put(broker, forged)
    put(broker, {**forged, "content-type": "application/x-python-serialize"})
    put(broker, {**forged, "headers": {}, "body": base64.b64encode(b'{"task": "x", "id": "y"}').decode()})
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("unsigned", ""): 3}


def test_other_arguments_under_a_good_signature_are_refused(
    broker: TestBroker, message: dict[str, Any]
) -> None:
    body = base64.b64encode(json.dumps([["other"], {}, {}]).encode()).decode()
    put(broker, {**message, "body": body})
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("forged", ""): 1}


def test_what_stands_around_a_signed_message_is_made_anew(
    broker: TestBroker, message: dict[str, Any]
) -> None:
    message["headers"] |= {
        "task": "messaging.prune_events",
        "eta": "2999-01-01T00:00:00",
        "timelimit": [1, 1],
    }
    message["properties"] = "nonsense"
    message["content-type"] = "application/x-python-serialize"
    put(broker, message)
    assert broker.deliver_all(QUEUE) == [TASK]


def resigned(message: dict[str, Any], key: Any, kid: str = "employee", **changed: Any) -> dict[str, Any]:
    signature = jwt.encode(claims_of(message) | changed, key, algorithm="EdDSA", headers={"kid": kid})
    return {**message, "headers": {**message["headers"], "signature": signature}}


def test_forged_signatures_are_refused(broker: TestBroker, message: dict[str, Any]) -> None:
    claims, token = claims_of(message), message["headers"]["signature"]
    own = Ed25519PrivateKey.generate()
    head, _payload, end = token.split(".")
    for forged in (
        resigned(message, own)["headers"]["signature"],
        jwt.encode(claims, "", algorithm="none", headers={"kid": "employee"}),
        jwt.encode(claims, "secret" * 8, algorithm="HS256", headers={"kid": "employee"}),
        f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()}.{end}",
        f"{token[:-8]}AAAAAAAA",
        "a.b.c",
        token + "." * 10_000,
    ):
        put(broker, {**message, "headers": {**message["headers"], "signature": forged}})
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("forged", ""): 7}


def test_a_sender_that_is_not_known_is_refused(broker: TestBroker, message: dict[str, Any]) -> None:
    put(broker, resigned(message, Ed25519PrivateKey.generate(), kid="payroll"))
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("unknown_sender", ""): 1}


def test_a_message_for_another_queue_is_refused(broker: TestBroker, message: dict[str, Any]) -> None:
    put(broker, message, "employee.events")
    assert broker.deliver_all("employee.events") == []
    assert refusals() == {("foreign", ""): 1}


@pytest.fixture
def keys(tmp_path: Any, settings: Any) -> ServiceKeys:
    """Keys of all services, so that a test can sign as another one."""
    keys = ServiceKeys(tmp_path)
    keys.create()
    settings.SERVICE_KEYRING_FILE = str(keys.ring)
    settings.SERVICE_KEY_FILE = str(keys.private("employee"))
    return keys


def sent_as(keys: ServiceKeys, settings: Any, sender: str, task: str, *args: Any, **kwargs: Any) -> None:
    """Send a message as a process of ``sender`` would, with its own key."""
    own = settings.SERVICE, settings.SERVICE_KEY_FILE
    settings.SERVICE, settings.SERVICE_KEY_FILE = Service(name=sender, apps=()), str(keys.private(sender))
    current_app.send_task(task, args=args, kwargs=kwargs, queue=QUEUE)
    settings.SERVICE, settings.SERVICE_KEY_FILE = own


def test_a_service_may_not_start_anothers_own_tasks(
    broker: TestBroker, keys: ServiceKeys, settings: Any
) -> None:
    for task in (TASK, "messaging.prune_events", "security.purge_revocations"):
        sent_as(keys, settings, "document", task)
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("not_permitted", "document"): 3}


def test_a_service_may_not_speak_in_anothers_name(
    broker: TestBroker, keys: ServiceKeys, settings: Any
) -> None:
    batch = {"producer": "company", "epoch": str(uuid4()), "after": 0, "upto": 1, "events": []}
    sent_as(keys, settings, "document", "messaging.receive_events", batch)
    assert broker.deliver_all(QUEUE) == ["messaging.receive_events"]
    assert refusals() == {("not_permitted", "document"): 1}


def test_a_task_that_this_service_does_not_have_is_refused(broker: TestBroker) -> None:
    current_app.send_task("os.system", args=["true"], queue=QUEUE)
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("unknown_task", "employee"): 1}


def test_a_message_is_taken_once(broker: TestBroker, message: dict[str, Any]) -> None:
    headers = message["headers"]
    put(broker, message)
    assert broker.deliver_all(QUEUE) == [TASK]
    note_handled(headers["id"], headers["until"])
    put(broker, message)
    put(broker, {**message, "headers": {**headers, "id": str(uuid4()), "redelivered": True}})
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("replayed", "employee"): 2}


def test_a_message_whose_worker_was_killed_is_taken_again(
    broker: TestBroker, message: dict[str, Any]
) -> None:
    put(broker, message)
    put(broker, message)
    assert broker.deliver_all(QUEUE) == [TASK, TASK]


def test_a_message_is_good_for_minutes_and_a_services_own_for_a_day(broker: TestBroker) -> None:
    current_app.send_task(TASK, queue="company.saga")
    current_app.send_task(TASK, queue="employee")
    current_app.send_task(TASK, queue="employee", expires=30)
    sent = [json.loads(broker.redis.rpop(name)) for name in ("company.saga", "employee", "employee")]
    lives = [claims["exp"] - claims["iat"] for claims in map(claims_of, sent)]
    assert lives[:2] == [LIFETIME, OWN_LIFETIME]
    assert 29 <= lives[2] <= 31


def test_an_old_message_is_refused(keys: ServiceKeys, broker: TestBroker, message: dict[str, Any]) -> None:
    key = load_pem_private_key(keys.private("employee").read_bytes(), None)
    long_ago = int(time.time()) - 2 * LIFETIME
    put(broker, resigned(message, key, iat=long_ago, exp=long_ago + LIFETIME))
    put(broker, resigned(message, key, exp=int(time.time()) + 2 * OWN_LIFETIME))
    assert broker.deliver_all(QUEUE) == []
    assert refusals() == {("expired", ""): 2}


def test_a_task_for_later_is_not_sent(broker: TestBroker) -> None:
    with pytest.raises(ValueError, match="memory"):
        current_app.send_task(TASK, queue=QUEUE, countdown=60)


def test_what_was_refused_is_shown_to_prometheus(broker: TestBroker) -> None:
    put(broker, "7")
    put(broker, "8")
    broker.deliver_all(QUEUE)
    (family,) = refusal_metrics()
    (sample,) = family.samples
    assert (sample.name, sample.labels, sample.value) == (
        "hrms_refused_messages_total",
        {"reason": "unreadable", "sender": ""},
        2,
    )


def test_what_was_handled_is_forgotten_when_it_is_too_old_anyway(
    broker: TestBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.messaging.replays.PRUNED_EVERY", 0.0)
    old, young = uuid4(), uuid4()
    note_handled(str(old), int(time.time()) - 3_600)
    note_handled(str(young), int(time.time()) + 3_600)
    assert list(HandledMessage.objects.values_list("id", flat=True)) == [young]
