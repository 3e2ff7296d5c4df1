"""API8, security misconfiguration, and API9, improper inventory management."""

import re

import httpx
import pytest

from common.runtime.layout import SERVICES
from tests.attack.ledger import Ledger
from tests.attack.openapi import operations
from tests.attack.town import Town, is_faulty

EVIL = "https://evil.example"
METHODS_NOBODY_NEEDS = ("TRACE", "CONNECT", "PROPFIND", "DEBUG", "TRACK")
OVERRIDES = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override")
LEFT_OVER = (
    "/.env", "/.git/config", "/.git/HEAD", "/debug", "/__debug__/", "/silk/", "/flower/", "/celery", "/console",
    "/phpinfo.php", "/server-status", "/actuator", "/actuator/env", "/swagger.json", "/openapi.json",
    "/graphql", "/api/v0/employees", "/v1/users", "/static/../settings.py", "/static/%2e%2e/settings.py",
    "/static/..%2f..%2fetc/passwd", "/media/", "/var/", "/backup.sql", "/dump.sql", "/db.sqlite3",
    "/settings.py", "/requirements.txt", "/admin/doc/", "/admin/jsi18n/../../.env", "/internal/", "/feed",
    "/employees.json", "/users.json", "/config", "/healthz?full=1", "/rq/", "/prometheus",
)  # fmt: skip
EXPECTED = {"x-content-type-options": "nosniff", "x-frame-options": "DENY"}
PRESENT = ("content-security-policy", "referrer-policy", "cross-origin-opener-policy", "permissions-policy")
VERSION = re.compile(r"\d|python|django")


def doors(town: Town) -> list[tuple[str, str, str]]:
    """Answers of many kinds, of every service."""
    found = []
    for service in SERVICES:
        url = town.house.stack.url(service)
        for method, path in (
            ("GET", "/"),
            ("GET", "/health"),
            ("GET", "/nowhere"),
            ("GET", "/admin/"),
            ("GET", "/admin/login/"),
            ("GET", "/docs"),
            ("GET", "/schema"),
            ("GET", "/metrics"),
            ("GET", "/internal/events"),
            ("PUT", "/health"),
            ("OPTIONS", "/"),
            ("GET", "/%00"),
            ("GET", "/%ff%fe"),
            ("GET", "/static/admin/css/base.css"),
            ("GET", "/static/nowhere.css"),
        ):
            found.append((service, method, f"{url}{path}"))
    return found


def test_every_answer_carries_its_headers(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API8 headers") as attack:
        for service, method, url in doors(town):
            answer = town.client.request(method, url)
            where = f"{service} {method} {url.rpartition(':')[2]} ({answer.status_code})"
            for name, value in EXPECTED.items():
                attack.holds(
                    answer.headers.get(name) == value, f"{where}: {name}: {answer.headers.get(name)}"
                )
            for name in PRESENT:
                attack.holds(name in answer.headers, f"{where} is without {name}")
            policy = answer.headers.get("content-security-policy", "")
            attack.holds("unsafe-inline" not in policy and "unsafe-eval" not in policy, f"{where}: {policy}")
            said = f"{answer.headers.get('server', '')} {answer.headers.get('x-powered-by', '')}".lower()
            attack.holds(not VERSION.search(said), f"{where} says it runs on {said}")
            attack.holds(not is_faulty(answer), f"{where}: {answer.text[:200]}")


def test_no_other_origin_reads_an_answer(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API8 origins") as attack:
        for operation in operations(town.house):
            for origin in (EVIL, "null", f"{town.house.stack.url(operation.service)}.evil.example"):
                url = f"{town.house.stack.url(operation.service)}{operation.address({})}"
                asked = {"Origin": origin, "Access-Control-Request-Method": operation.method}
                for answer in (
                    town.client.options(url, headers=asked),
                    town.client.get(url, headers={"Origin": origin}),
                ):
                    allowed = answer.headers.get("access-control-allow-origin")
                    attack.holds(allowed is None, f"{operation} lets {allowed} read")


def test_methods_nobody_needs_are_refused(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API8 methods") as attack:
        for operation in operations(town.house):
            url = f"{town.house.stack.url(operation.service)}{operation.address({})}"
            for method in METHODS_NOBODY_NEEDS:
                try:
                    status = town.client.request(method, url).status_code
                except httpx.TransportError:
                    status = 405
                attack.holds(400 <= status < 500 or status == 501, f"{method} at {operation.path}: {status}")
        for operation in operations(town.house):
            if not operation.is_reading or operation.is_public or operation.path_names:
                continue
            for header in OVERRIDES:
                answer = town.send(town.manager.token, operation, headers={header: "DELETE"})
                attack.holds(answer.status_code in operation.statuses, f"{operation} with {header}")


@pytest.mark.parametrize("service", SERVICES)
def test_nothing_was_left_lying_about(town: Town, ledger: Ledger, service: str) -> None:
    with ledger.attack("API9 inventory: left over") as attack:
        for path in LEFT_OVER:
            answer = town.client.get(f"{town.house.stack.url(service)}{path}", follow_redirects=False)
            closed = answer.status_code in {301, 302, 400, 401, 403, 404}
            attack.holds(closed, f"{service}{path}: {answer.status_code}")
            attack.holds(not is_faulty(answer), f"{service}{path}: {answer.text[:200]}")


@pytest.mark.parametrize("service", SERVICES)
def test_a_host_that_is_not_ours_is_refused(town: Town, ledger: Ledger, service: str) -> None:
    with ledger.attack("API8 hosts") as attack:
        for host in (
            "evil.example",
            "127.0.0.1.evil.example",
            "evil.example:80@127.0.0.1",
            "localhost, evil.example",
        ):
            answer = town.client.get(f"{town.house.stack.url(service)}/", headers={"Host": host})
            attack.holds(answer.status_code == 400, f"{service} believes to be {host}: {answer.status_code}")
            attack.holds("evil.example" not in answer.text, f"{service} repeats {host}")


def test_metrics_are_for_the_one_who_watches(town: Town, ledger: Ledger) -> None:
    with ledger.attack("API8 metrics") as attack:
        for service in SERVICES:
            url = f"{town.house.stack.url(service)}/metrics"
            for who, headers in {
                "a manager": {"Authorization": f"Bearer {town.manager.token}"},
                "a stranger behind a proxy": {"X-Forwarded-For": "203.0.113.7"},
            }.items():
                answer = town.client.get(url, headers=headers)
                closed = answer.status_code in {401, 403, 404}
                attack.holds(
                    closed or town.company not in answer.text, f"{service} to {who}: {answer.status_code}"
                )
