"""The signature of a message: who sent it, to which queue, which task it starts, with what, and until when.

A JSON Web Token signed with the service's own Ed25519 key. The message's body is not in it, but its hash is, and
whatever else is said around a body is made anew from the token by whoever receives it.
"""

import math
import time
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import jwt
from django.conf import settings
from jwt.utils import base64url_encode

from common.security.service_tokens import public_key_of, signed_by_this_service
from common.security.verification import unverified_header, verified_payload

KIND = "message"
LIFETIME = 15 * 60
"""Seconds in which a doorbell or a command is taken; a later one was long since pulled or sent again."""
OWN_LIFETIME = 25 * 3600
"""Seconds in which a service takes what it told itself to do, such as its nightly work."""
REQUIRED = ["exp", "iat", "jti", "task", "body", "typ"]


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified signature says."""

    id: str
    sender: str
    task: str
    until: int


def sealed(queue: str, message: dict[str, Any]) -> dict[str, Any]:
    """A Celery message for ``queue`` with this service's signature, and without what nobody needs to read.

    Raises ValueError for a message that starts no task, or that would wait in a worker's memory.
    """
    headers = message["headers"]
    if "task" not in headers:
        raise ValueError("A message names the task that it starts.")
    if headers.get("eta"):
        raise ValueError("A time to run at is a column and a poll; in a worker's memory it would be lost.")
    now = int(time.time())
    sender = settings.SERVICE.name
    until = now + (OWN_LIFETIME if queue == sender else LIFETIME)
    if expires := headers.get("expires"):
        until = min(until, math.ceil(datetime.fromisoformat(expires).timestamp()))
    claims = {
        "iss": sender,
        "aud": _audience(queue),
        "typ": KIND,
        "task": headers["task"],
        "body": _hash(message["body"]),
        "iat": now,
        "exp": until,
        "jti": headers["id"],
    }
    said = Claims(headers["id"], sender, headers["task"], until)
    return around(message["body"], queue, said, signed_by_this_service(claims))


def around(
    body: str, queue: str, claims: Claims, signature: str, *, redelivered: bool = False
) -> dict[str, Any]:
    """The whole of a message with this body: everything but the body is what the signature says."""
    return {
        "body": body,
        "content-type": "application/json",
        "content-encoding": "utf-8",
        "headers": {
            "lang": "py",
            "task": claims.task,
            "id": claims.id,
            "root_id": claims.id,
            "parent_id": None,
            "group": None,
            "retries": 0,
            "timelimit": [None, None],
            "eta": None,
            "expires": None,
            # Celery's own would repeat the arguments, in clear, for its logs.
            "argsrepr": "",
            "kwargsrepr": "",
            "ignore_result": True,
            "redelivered": redelivered,
            "sender": claims.sender,
            "until": claims.until,
            "signature": signature,
        },
        "properties": {
            "correlation_id": claims.id,
            "reply_to": "",
            "delivery_mode": 2,
            "delivery_info": {"exchange": "", "routing_key": queue},
            "priority": 0,
            "body_encoding": "base64",
            "delivery_tag": str(uuid4()),
        },
    }


def verified(queue: str, signature: str, body: str) -> Claims:
    """What the signature of a message in ``queue`` says; raises jwt.InvalidTokenError when it does not hold.

    That is an InvalidAudienceError for one that was sent to another queue, an ExpiredSignatureError for an old
    one, an InvalidKeyError for a sender that is not known.
    """
    sender = unverified_header(signature)["kid"]
    key = public_key_of(sender)
    if key is None:
        raise jwt.InvalidKeyError("No such service.")
    claims = verified_payload(signature, key, issuer=sender, audience=_audience(queue), required=REQUIRED)
    if claims["typ"] != KIND or claims["body"] != _hash(body):
        raise jwt.InvalidSignatureError("It was not signed for this message.")
    if claims["exp"] - claims["iat"] > OWN_LIFETIME:
        raise jwt.ExpiredSignatureError("It claims to be good for too long.")
    return Claims(
        id=str(claims["jti"]),
        sender=sender,
        task=str(claims["task"]),
        until=int(claims["exp"]),
    )


def _audience(queue: str) -> str:
    return f"queue:{queue}"


def _hash(body: str) -> str:
    return base64url_encode(sha256(body.encode()).digest()).decode()
