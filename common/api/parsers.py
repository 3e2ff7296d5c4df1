"""Reading a request's body: JSON objects, and nothing that some layer below would read differently."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import IO, Any, NoReturn

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

LARGEST_BODY = 1_048_576
DEEPEST = 50


class PayloadTooLarge(APIException):
    """The body is larger than the endpoint reads."""

    status_code = 413
    default_detail = _("The request's body is too large.")
    default_code = "payload_too_large"


class StrictJSONParser(BaseParser):
    """UTF-8 JSON with an object at the top.

    Refused as malformed: duplicate names, NaN and infinities, numbers beyond double precision's range,
    nesting deeper than 50, NUL characters and lone surrogates (PostgreSQL stores neither). A view sets
    its own limit with ``max_body_bytes``.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object in ``stream``; raises ParseError, PayloadTooLarge or UnsupportedMediaType."""
        context = parser_context or {}
        _refuse_encodings(context, media_type or self.media_type)
        limit = getattr(context.get("view"), "max_body_bytes", LARGEST_BODY)
        body = _read(stream, limit, context)
        try:
            document = json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_object,
                parse_constant=_no_constant,
                parse_float=_finite,
            )
        except RecursionError:
            raise ParseError(_("The JSON is nested too deeply.")) from None
        except ValueError as error:
            raise ParseError(_("The body is not valid JSON: {}").format(error)) from error
        if not isinstance(document, dict):
            raise ParseError(_("The body must be a JSON object."))
        _check_depth_and_text(document, body)
        return document


def _refuse_encodings(context: Mapping[str, Any], media_type: str) -> None:
    request = context.get("request")
    if request is None:
        return
    charset = request.content_params.get("charset", "utf-8").lower()
    encoding = request.META.get("HTTP_CONTENT_ENCODING", "identity").lower()
    if charset not in {"utf-8", "utf8"} or encoding != "identity":
        raise UnsupportedMediaType(media_type)


def _read(stream: IO[Any], limit: int, context: Mapping[str, Any]) -> bytes:
    request = context.get("request")
    declared = request.META.get("CONTENT_LENGTH") if request is not None else None
    if declared and declared.isdigit() and int(declared) > limit:
        raise PayloadTooLarge
    body: bytes = stream.read(limit + 1)
    if len(body) > limit:
        raise PayloadTooLarge
    return body


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a name occurs twice in one object")
    return result


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError("a number is out of range")
    return number


def _check_depth_and_text(document: dict[str, Any], body: bytes) -> None:
    # Only an escape can smuggle in a NUL or a surrogate, and depth needs brackets: most bodies need no walk.
    escapes = b"\\u" in body
    if not escapes and body.count(b"{") + body.count(b"[") <= DEEPEST:
        return
    for text, depth in _walk(document):
        if depth > DEEPEST:
            raise ParseError(_("The JSON is nested too deeply."))
        if escapes and not _storable(text):
            raise ParseError(_("Text must not contain NUL characters or lone surrogates."))


def _walk(document: dict[str, Any]) -> Iterator[tuple[str, int]]:
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting:
        value, depth = waiting.pop()
        if isinstance(value, str):
            yield value, depth
            continue
        if isinstance(value, dict):
            yield from ((name, depth + 1) for name in value)
            waiting.extend((item, depth + 1) for item in value.values())
        elif isinstance(value, list):
            yield "", depth + 1
            waiting.extend((item, depth + 1) for item in value)


def _storable(text: str) -> bool:
    if "\0" in text:
        return False
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
