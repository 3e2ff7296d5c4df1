"""What the OpenAPI document says about errors: the envelope, and for each status its words and an example."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from common.api.errors import problem_of_status
from common.api.serializers import UNKNOWN

AT = "2026-11-22T08:30:00.000Z"


class ErrorDetail(serializers.Serializer[Any]):
    """What went wrong: a code for programs, a sentence for people, and more where there is more to say."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField(required=False)


class ErrorResponse(serializers.Serializer[Any]):
    """The contract's error envelope."""

    success = serializers.BooleanField(default=False)
    error = ErrorDetail()
    timestamp = serializers.DateTimeField()


def error_sentence(status: int) -> str:
    """What an answer with ``status`` means."""
    return problem_of_status(status).message


def error_example(status: int, wrong_field: str) -> dict[str, Any]:
    """An answer with ``status``; a refusal of values names ``wrong_field``."""
    problem = problem_of_status(status)
    error: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if status == 422:
        error["details"] = {wrong_field: [str(UNKNOWN)]}
    return {"success": False, "error": error, "timestamp": AT}


_SECONDS = {"type": "integer", "minimum": 1}
_TEXT = {"type": "string"}

# Headers of requests and answers, with what they are for.
REQUEST_HEADERS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "Idempotency-Key": (
        {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[ -~]+$"},
        "Any text of the client's choice, used for one request and its repetitions: they have one effect and"
        " get one answer, for two days.",
    ),
    "Prefer": (
        {"type": "string", "enum": ["respond-async"]},
        "`respond-async`: do not wait for the outcome, answer 202 with the address to ask at.",
    ),
    "Range": ({"type": "string"}, "The part of a file that is wanted, such as `bytes=0-1023`."),
}
ANSWER_HEADERS: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "Retry-After": (_SECONDS, "Seconds to wait before the next attempt."),
    "WWW-Authenticate": (_TEXT, "How to sign in."),
    "Location": (
        {"type": "string", "format": "uri-reference"},
        "The address of what was made, or of what is under way.",
    ),
    "Idempotency-Replayed": (
        {"type": "string", "enum": ["true"]},
        "The request repeats an earlier one; this is what came of that.",
    ),
    "Preference-Applied": (_TEXT, "The preference that was followed."),
    "Content-Disposition": (_TEXT, "The name under which to keep the file."),
}
HEADERS_OF_STATUS: Mapping[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
