"""What a message must pass before anything of it is handled."""

from typing import Any
from uuid import UUID

import jwt
import msgspec
from celery import Task, current_app
from django.conf import settings

from common.messaging.refusals import Reason, refuse
from common.messaging.replays import was_handled
from common.messaging.signatures import Claims, around, verified

EVERY_SERVICE = "every service"
LARGEST = 16 * 1024 * 1024
_REASONS: tuple[tuple[type[jwt.InvalidTokenError], Reason], ...] = (
    (jwt.ExpiredSignatureError, Reason.EXPIRED),
    (jwt.InvalidAudienceError, Reason.FOREIGN),
    (jwt.InvalidTokenError, Reason.FORGED),
)


class GuardedTask(Task[Any, Any]):
    """A task that others than this service itself may start."""

    accepted_from: frozenset[str] | str = frozenset()
    """The names of the services that may, or EVERY_SERVICE."""


class _Headers(msgspec.Struct):
    task: str = ""
    signature: str = ""
    redelivered: bool = False


class _Message(msgspec.Struct):
    """As much of a message as is read before its signature holds."""

    body: str
    headers: _Headers


class _Refused(Exception):  # noqa: N818 - not an error: a verdict
    def __init__(self, reason: Reason, sender: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.sender = sender


def admit(queue: str, item: bytes) -> bytes | None:
    """The message to be handled, made anew from what is signed; None for one that is refused, counted and gone."""
    try:
        message = _read(item)
        claims = _verified(queue, message)
        _require_permission(claims)
        if was_handled(claims.id):
            raise _Refused(Reason.REPLAYED, claims.sender)
    except _Refused as refused:
        refuse(refused.reason, sender=refused.sender, queue=queue, size=len(item))
        return None
    headers = message.headers
    return msgspec.json.encode(
        around(message.body, queue, claims, headers.signature, redelivered=headers.redelivered)
    )


def _read(item: bytes) -> _Message:
    if len(item) > LARGEST:
        raise _Refused(Reason.UNREADABLE)
    try:
        return _DECODER.decode(item)
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise _Refused(Reason.UNREADABLE) from error


_DECODER = msgspec.json.Decoder(_Message)


def _verified(queue: str, message: _Message) -> Claims:
    if not message.headers.signature:
        raise _Refused(Reason.UNSIGNED)
    try:
        claims = verified(queue, message.headers.signature, message.body)
        UUID(claims.id)
    except jwt.InvalidKeyError as error:
        raise _Refused(Reason.UNKNOWN_SENDER) from error
    except jwt.InvalidTokenError as error:
        raise _Refused(next(reason for kind, reason in _REASONS if isinstance(error, kind))) from error
    except ValueError as error:
        raise _Refused(Reason.FORGED) from error
    return claims


def _require_permission(claims: Claims) -> None:
    task = current_app.tasks.get(claims.task)
    if task is None:
        raise _Refused(Reason.UNKNOWN_TASK, claims.sender)
    accepted = getattr(task, "accepted_from", ())
    if accepted != EVERY_SERVICE and claims.sender != settings.SERVICE.name and claims.sender not in accepted:
        raise _Refused(Reason.NOT_PERMITTED, claims.sender)


def sender_of(task: Any) -> str:
    """The service whose message a running task was started by; this service when it was called directly."""
    return str(task.request.get("sender") or settings.SERVICE.name)
