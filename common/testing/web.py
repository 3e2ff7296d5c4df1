"""What every answer and every page of a service keeps for browsers; each service's tests inherit it.

The addresses are read from the service's own routes, so that one which somebody adds later is tried, too.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, ClassVar, Final
from uuid import uuid4

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.resolvers import RoutePattern

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_EXAMPLES: Final = {"int": "7", "uuid": str(uuid4()), "path": "a/b", "str": "word", "slug": "word"}
_PARAMETER: Final = re.compile(r"<(?:(?P<converter>\w+):)?\w+>")
_PYTHON: Final = re.compile(r"[\w.]+ object at 0x\w+")
_INLINE_ATTRIBUTES: Final = re.compile(r"on[a-z]+|style")
_FIXED: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-site",
}


@pytest.mark.django_db
class WebRules:
    """Inherit as ``TestWeb``."""

    kept: ClassVar[frozenset[str]] = frozenset()
    """Paths that may be kept by a cache for anybody: what they answer is about nobody."""

    @pytest.fixture
    def staff(self) -> Client:
        """The browser of a super administrator signed in to the admin."""
        from common.testing.staff import sign_in

        client = Client(raise_request_exception=False)
        sign_in(client, role="super_admin")
        return client

    @pytest.mark.parametrize("method", METHODS)
    def test_every_answer_of_every_address_carries_the_headers(self, method: str) -> None:
        """Without a token: 401, 404, 405, 415 and redirects among them."""
        client = Client(raise_request_exception=False)
        found = paths()
        assert len(found) > 20
        wrong = {}
        for path in [*found, "/no/such/address", "/static/hrms/admin.css", "/static/none.css"]:
            answer = client.generic(method, path)
            if problems := missing(answer, cached=path in self.kept or path.startswith("/static/")):
                wrong[f"{method} {path} {answer.status_code}"] = problems
            assert answer.status_code < 500, path
        assert wrong == {}

    def test_answers_to_what_is_no_proper_request_carry_them_too(self) -> None:
        """A strange host, a body that is too large, one of unknown length, bytes that are no path."""
        client = Client(raise_request_exception=False)
        body = b"{" + b" " * 2_000_000 + b"}"
        answers = {
            "host": client.get("/health", HTTP_HOST="evil.example"),
            "large": client.post("/", body, content_type="application/json"),
            "length": client.generic("POST", "/", HTTP_TRANSFER_ENCODING="chunked"),
            "bytes": client.get("/%ff%00"),
            "foreign": client.get("/health", HTTP_ORIGIN="https://evil.example"),
        }
        assert {name: missing(answer) for name, answer in answers.items()} == {name: [] for name in answers}

    def test_no_page_of_another_origin_may_read_an_answer(self) -> None:
        """Nor be told that it might with other words."""
        client = Client(raise_request_exception=False)
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
        for path in paths():
            for method in ("GET", "OPTIONS"):
                answer = client.generic(method, path, headers=asked)
                told = [name for name in answer.headers if name.lower().startswith("access-control-")]
                assert told == [], f"{method} {path}"

    def test_no_admin_page_needs_inline_code_or_style_or_shows_inner_parts(self, staff: Client) -> None:
        """The policy of content would leave the first without effect; the others are nothing to people."""
        wrong: dict[str, list[str]] = {}
        seen = 0
        for path in [*admin_pages(), "/docs"]:
            answer = staff.get(path, headers={"Accept": "text/html"})
            if answer.status_code == 403:
                continue
            assert answer.status_code == 200, path
            seen += 1
            assert "'unsafe-" not in answer.headers["Content-Security-Policy"]
            page = answer.content.decode()
            if found := [*inline_parts(page), *_PYTHON.findall(page)]:
                wrong[path] = found
        assert seen > len(admin.site._registry)
        assert wrong == {}, wrong

    def test_cookies_are_for_this_service_and_for_no_script(self, staff: Client) -> None:
        """Nor do they travel with the requests of other sites."""
        cookies = {**staff.get("/admin/login/?next=/admin/").cookies, **staff.get("/admin/").cookies}
        assert cookies
        for name, cookie in cookies.items():
            assert cookie["httponly"], name
            assert cookie["samesite"] in {"Lax", "Strict"}, name
            assert cookie["domain"] == "", name


def missing(answer: Any, *, cached: bool = False) -> list[str]:
    """The headers that are not as they must be."""
    headers = answer.headers
    problems = [
        f"{name}: {headers.get(name)}" for name, value in _FIXED.items() if headers.get(name) != value
    ]
    policy = headers.get("Content-Security-Policy", "")
    page = headers.get("Content-Type", "").startswith("text/html")
    if (
        "default-src 'none'" not in policy
        or "unsafe" in policy
        or (page and "script-src 'self'" not in policy)
    ):
        problems.append(f"Content-Security-Policy: {policy}")
    if page and "frame-ancestors 'none'" not in policy:
        problems.append(f"Content-Security-Policy: {policy}")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        problems.append("Permissions-Policy")
    if not cached and not {"no-store", "private"} & set(re.split(r",\s*", headers.get("Cache-Control", ""))):
        problems.append(f"Cache-Control: {headers.get('Cache-Control')}")
    problems += [f"{name} tells too much" for name in ("Server", "X-Powered-By") if name in headers]
    return problems


def paths() -> list[str]:
    """An address for every route of the service under test, with examples where it takes something."""
    return sorted({f"/{path}" for path in _paths(get_resolver().url_patterns, "")})


def admin_pages() -> list[str]:
    """The index, each app's, each model's list and each form to add something."""
    pages = [reverse("admin:index"), reverse("admin:password_change")]
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        pages += [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
        pages.append(reverse("admin:app_list", args=[model._meta.app_label]))
    return sorted(set(pages))


def inline_parts(page: str) -> list[str]:
    """Scripts and styles that stand in the page itself."""
    reader = _Inline()
    reader.feed(page)
    return reader.found


class _Inline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect what a policy without 'unsafe-inline' leaves without effect."""
        values = dict(attrs)
        data = tag == "script" and values.get("type", "") in {"application/json", "text/template"}
        if tag == "style" or (tag == "script" and "src" not in values and not data):
            self.found.append(f"<{tag}>")
        self.found += [f"<{tag} {name}>" for name in values if _INLINE_ATTRIBUTES.fullmatch(name)]
        self.found += [
            f"<{tag} {value}>" for value in values.values() if (value or "").startswith("javascript:")
        ]


def _paths(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[str]:
    for pattern in patterns:
        # What is written as a regular expression is the admin's catch-all and its page of an app.
        if not isinstance(pattern.pattern, RoutePattern):
            continue
        path = before + _PARAMETER.sub(_example, str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _paths(pattern.url_patterns, path)
        else:
            yield path


def _example(found: re.Match[str]) -> str:
    return _EXAMPLES.get(found["converter"] or "str", "word")
