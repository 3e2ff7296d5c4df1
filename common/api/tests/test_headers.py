"""Headers of answers that only a failure or another origin gets; those of every address: common/testing/web.py."""

from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponse

from common.api.headers import ContentPolicyMiddleware, HeadersMiddleware
from common.api.tests.types import Api, Tokens
from common.conf.web import web_settings
from common.testing.web import inline_parts, missing

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]

FRIEND = "https://hr.example.com"


@pytest.fixture
def open_to_a_friend(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [FRIEND]
    at = settings.MIDDLEWARE.index("common.api.headers.ContentPolicyMiddleware") + 1
    settings.MIDDLEWARE = [
        *settings.MIDDLEWARE[:at],
        "corsheaders.middleware.CorsMiddleware",
        *settings.MIDDLEWARE[at:],
    ]


def test_a_failure_in_a_view_shows_nothing_of_itself_and_carries_the_headers(
    api: Api, person_token: Tokens, company_id: UUID
) -> None:
    answer = api(person_token(company_id=company_id)).post("/notes", {"text": "break"})
    assert answer.status_code == 500
    assert missing(answer) == []
    assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
    for part in ("Traceback", ".py", "on purpose", "Error("):
        assert part not in answer.content.decode(), part


@pytest.mark.usefixtures("open_to_a_friend")
class TestAnAllowedOrigin:
    def test_it_may_ask_and_read(self, api: Api) -> None:
        asked = {"Origin": FRIEND, "Access-Control-Request-Method": "POST"}
        allowed = api().options("/notes", headers=asked)
        assert allowed.headers["Access-Control-Allow-Origin"] == FRIEND
        assert "idempotency-key" in allowed.headers["Access-Control-Allow-Headers"]
        assert api().get("/health", headers={"Origin": FRIEND})["Access-Control-Allow-Origin"] == FRIEND

    def test_its_pages_never_come_with_a_cookie(self, api: Api) -> None:
        answer = api().get("/health", headers={"Origin": FRIEND})
        assert "Access-Control-Allow-Credentials" not in answer.headers

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            "http://hr.example.com",
            "https://hr.example.com.evil.example",
            "https://hr.example.com:444",
            "null",
        ],
    )
    def test_others_may_not(self, api: Api, origin: str) -> None:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        for answer in (
            api().get("/health", headers={"Origin": origin}),
            api().options("/notes", headers=asked),
        ):
            assert "Access-Control-Allow-Origin" not in answer.headers

    @pytest.mark.parametrize("path", ["/admin/login/", "/metrics"])
    def test_the_admin_and_the_metrics_stay_closed_to_it(self, api: Api, path: str) -> None:
        assert "Access-Control-Allow-Origin" not in api().get(path, headers={"Origin": FRIEND}).headers


def test_over_tls_an_answer_says_to_come_over_tls_only(api: Api, settings: Any) -> None:
    for name, value in web_settings("employee", "production").items():
        setattr(settings, name, value)
    answer = api().get("/health", secure=True)
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"


def test_an_answer_keeps_what_it_says_itself(rf: Any) -> None:
    said = {"Cache-Control": "public, max-age=60", "Content-Security-Policy": "sandbox"}
    inner: Any = ContentPolicyMiddleware(lambda _request: HttpResponse("x", headers=said))
    answer = HeadersMiddleware(inner)(rf.get("/"))
    assert {name: answer[name] for name in said} == said


@pytest.mark.parametrize(
    "page",
    [
        "<script>go()</script>",
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_inline_code_is_seen(page: str) -> None:
    assert len(inline_parts(f"<html><body>{page}</body></html>")) == 1


def test_files_and_data_are_no_inline_code() -> None:
    page = '<script src="a.js"></script><script type="application/json">{}</script><link rel="stylesheet">'
    assert inline_parts(page) == []
