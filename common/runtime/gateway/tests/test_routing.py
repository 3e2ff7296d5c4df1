"""Which service a path goes to, what stays inside, and what the gateway answers itself."""

import json
import stat

import httpx
import pytest

from common.runtime.gateway.admin_socket import SOCKET
from common.runtime.gateway.companies import WHOLE
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.tests.sides import Applications
from common.runtime.layout import SERVICES


@pytest.mark.parametrize(
    ("path", "service", "arrives"),
    [
        ("/login", "auth", "/login"),
        ("/.well-known/jwks.json", "auth", "/.well-known/jwks.json"),
        ("/companies/1/departments?page=2", "company", "/companies/1/departments?page=2"),
        ("/employees", "employee", "/employees"),
        ("/employees/", "employee", "/employees/"),
        ("/documents/1/download", "document", "/documents/1/download"),
        ("/notifications/mark-all-read", "notification", "/notifications/mark-all-read"),
        ("/metrics/headcount", "analytics", "/metrics/headcount"),
        # Two services publish this one.
        ("/statistics", "employee", "/statistics"),
        ("/employee/statistics", "employee", "/statistics"),
        ("/document/statistics?from=1", "document", "/statistics?from=1"),
        ("/analytics/metrics/headcount", "analytics", "/metrics/headcount"),
        *((f"/{service}/health", service, "/health") for service in SERVICES),
    ],
)
def test_a_path_goes_to_its_service(
    gateway: Gateway, client: httpx.Client, path: str, service: str, arrives: str
) -> None:
    gateway.traffic.change(WHOLE, "test")
    answer = client.get(path)
    assert answer.status_code == httpx.codes.OK
    if arrives == "/health":
        assert answer.headers["X-Side"] == "new"
        return
    assert (answer.json()["name"], answer.json()["path"]) == (service, arrives)
    assert answer.json()["headers"]["x-service"] == service


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/metrics",
        "/metrics/",
        "/metrics//",
        "/metrics/%2F",
        "/analytics/metrics",
        "/analytics/metrics/",
        "/admin/",
        "/employee/admin/",
        "/internal/events",
        "/employee/internal/events",
        "/employee/%69nternal/events",
        "/employee",
        "/document/employees",
        "/schema",
        "/auth/auth/login",
        "/api/licenses",
    ],
)
def test_what_is_no_part_of_the_api_never_reaches_a_service(
    gateway: Gateway, client: httpx.Client, applications: Applications, path: str
) -> None:
    gateway.traffic.change(WHOLE, "test")
    answer = client.get(path)
    # The old application has pages that nobody has counted.
    assert (answer.status_code, answer.json()["name"]) == (200, "legacy")
    assert [name for name in SERVICES if applications[name].asked] == []


def test_the_old_application_is_told_the_service_and_gets_the_plain_path(client: httpx.Client) -> None:
    answer = client.get("/document/statistics", headers={"X-Service": "auth"}).json()
    assert (answer["name"], answer["path"]) == ("legacy", "/statistics")
    assert answer["headers"]["x-service"] == "document"


def test_applications_learn_the_client_and_a_request_keeps_its_id(client: httpx.Client) -> None:
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    given = client.get("/employees", headers={"X-Request-ID": "mine-12345"}).json()["headers"]
    made = client.get("/employees", headers=claims).json()["headers"]
    assert given["x-request-id"] == "mine-12345"
    assert len(made["x-request-id"]) == 36
    assert made["x-forwarded-for"] == "127.0.0.1"
    assert made["x-forwarded-proto"] == "http"


def test_the_gateway_says_that_it_is_well(client: httpx.Client) -> None:
    answer = client.get("/health")
    assert answer.status_code == httpx.codes.OK
    assert set(answer.json()) == {"status", "timestamp", "version"}
    assert answer.json()["timestamp"].endswith("Z")


def test_what_cannot_be_answered_is_refused_in_the_envelope_of_the_api(
    client: httpx.Client, applications: Applications
) -> None:
    applications["legacy"].broken = 100
    answer = client.post("/employees", json={})
    assert answer.status_code == httpx.codes.BAD_GATEWAY
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["error"]["code"] == "BAD_GATEWAY"
    assert answer.json()["success"] is False
    assert json.dumps(answer.json()["error"]["details"]) == "{}"


def test_the_control_channel_and_the_files_are_their_owners_only(gateway: Gateway) -> None:
    for path in gateway.folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert stat.S_ISSOCK((gateway.folder / SOCKET).stat().st_mode)
    assert gateway.folder.stat().st_mode & 0o077 == 0
