"""What a body must be to be read."""

import json
from uuid import UUID

import pytest

from common.api.tests.types import Api, Tokens

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]


def nested(depth: int) -> bytes:
    return b'{"text":' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b'{"text": NaN}',
        b'{"text": Infinity}',
        b'{"text": -Infinity}',
        b'{"number": 1e400}',
        b'{"number": ' + b"9" * 5000 + b"}",
        b'{"text": "a", "text": "b"}',
        b'{"text": {"a": 1, "a": 2}}',
        b'{"text": "\\u0000"}',
        b'{"text": "a\x00b"}',
        b'{"text": "\\ud800"}',
        b'{"\\u0000": "a"}',
        b'{"text": "\xff"}',
        '{"text": "a"}'.encode("utf-16"),
        b'\xef\xbb\xbf{"text": "a"}',
        nested(51),
        nested(900),
        nested(100_000),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_a_body_that_layers_would_read_differently_is_malformed(
    api: Api, person_token: Tokens, company_id: UUID, body: bytes
) -> None:
    client = api(person_token(company_id=company_id))
    # Without a single byte there is no body at all, which is another error.
    answer = client.generic("POST", "/notes", body, content_type="application/json")
    assert answer.status_code == (400 if body else 422)
    assert answer.json()["error"]["code"] == ("MALFORMED_REQUEST" if body else "VALIDATION_ERROR")


def test_deep_but_sane_nesting_and_escapes_are_read(api: Api) -> None:
    body = {"a": [[["😀"]]], "b": "\u0001é"}
    answer = api().generic("POST", "/public", json.dumps(body), content_type="application/json")
    assert answer.json() == {"read": body}


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/xml",
        "application/json; charset=utf-16",
        "application/json; charset=bz2_codec",
    ],
)
def test_a_body_in_another_format_is_not_supported(api: Api, content_type: str) -> None:
    answer = api().generic("POST", "/public", b'{"a": 1}', content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "UNSUPPORTED_MEDIA_TYPE"


def test_a_compressed_body_is_not_supported(api: Api) -> None:
    answer = api().generic(
        "POST", "/public", b"{}", content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert answer.status_code == 415


def test_a_body_of_unknown_length_is_not_taken_for_an_empty_one(api: Api) -> None:
    client = api()
    answer = client.generic("POST", "/public", b"", headers={"Transfer-Encoding": "chunked"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (411, "LENGTH_REQUIRED")
    assert answer["Connection"] == "close"


def test_a_body_over_the_views_limit_is_too_large(api: Api) -> None:
    answer = api().post("/public", {"a": "x" * 200})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_a_body_over_a_megabyte_is_too_large(api: Api, person_token: Tokens, company_id: UUID) -> None:
    answer = api(person_token(company_id=company_id)).post("/notes", {"text": "x" * 1_100_000})
    assert answer.status_code == 413
    assert answer.headers["Connection"] == "close"


def test_unknown_and_read_only_fields_are_named_beside_wrong_ones(
    api: Api, person_token: Tokens, company_id: UUID
) -> None:
    client = api(person_token(company_id=company_id))
    answer = client.post("/notes", {"number": "many", "is_staff": True, "id": "x"})
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"
    assert set(answer.json()["error"]["details"]) == {"text", "number", "is_staff", "id"}


def test_the_sentences_are_in_the_language_asked_for(
    api: Api, person_token: Tokens, company_id: UUID
) -> None:
    client = api(person_token(company_id=company_id))
    answer = client.post("/notes", {}, headers={"Accept-Language": "ar"})
    assert "مطلوب" in answer.json()["error"]["details"]["text"][0]


def test_whoever_is_refused_first_does_not_choose_the_language_for_the_next(
    api: Api, person_token: Tokens, company_id: UUID
) -> None:
    client = api(person_token(company_id=company_id))

    def told(language: str) -> str:
        answer = client.post("/notes", {"text": "a" * 51}, headers={"Accept-Language": language})
        return str(answer.json()["error"]["details"]["text"][0])

    first, second, third = told("en"), told("ar"), told("en")
    assert "50" in first
    assert first == third
    assert not second.isascii()
