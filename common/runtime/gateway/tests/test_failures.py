"""Applications that die, and a gateway that dies."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from common.conf.web import headers_of_data
from common.runtime.gateway.admin_socket import GatewayDownError
from common.runtime.gateway.companies import WHOLE
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.statistics import take
from common.runtime.gateway.tests.sides import Applications
from common.runtime.process_table import find
from common.testing.web import missing

Eventually = Callable[[Callable[[], object]], None]


def test_what_reads_is_asked_once_more_when_no_answer_came(
    client: httpx.Client, applications: Applications
) -> None:
    applications["legacy"].broken = 2
    assert client.get("/employees").status_code == httpx.codes.OK
    assert applications["legacy"].asked == ["GET /employees"] * 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_what_writes_is_never_sent_twice(
    client: httpx.Client, applications: Applications, method: str
) -> None:
    applications["legacy"].broken = 1
    assert client.request(method, "/employees").status_code == httpx.codes.BAD_GATEWAY
    assert applications["legacy"].asked == [f"{method} /employees"]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_request_waits_for_an_application_that_is_starting_anew(
    client: httpx.Client, applications: Applications, method: str
) -> None:
    applications["legacy"].stop()
    threading.Timer(0.3, applications["legacy"].start).start()
    assert client.request(method, "/employees").status_code == httpx.codes.OK
    assert applications["legacy"].asked == [f"{method} /employees"]


def test_one_dead_service_does_not_touch_the_others_and_nobody_changes_sides(
    gateway: Gateway, client: httpx.Client, applications: Applications, eventually: Eventually
) -> None:
    gateway.traffic.change(WHOLE, "test")
    applications["employee"].stop()
    try:
        eventually(lambda: not take(gateway.socket).backends["new_employee"].up)
        answer = client.get("/employees")
        assert (answer.status_code, answer.headers["X-Side"]) == (503, "new")
        assert answer.headers["Retry-After"] == "2"
        assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
        assert client.get("/companies").json()["name"] == "company"
        assert client.get("/health").status_code == httpx.codes.OK
    finally:
        applications["employee"].start()
        eventually(lambda: take(gateway.socket).backends["new_employee"].up)
    assert client.get("/employees").json()["name"] == "employee"


def test_what_the_gateway_answers_itself_carries_the_headers_of_the_services_and_is_json(
    gateway: Gateway, client: httpx.Client, applications: Applications, eventually: Eventually
) -> None:
    applications["legacy"].broken = 1
    answers = {"broken off": client.post("/employees"), "healthy": client.get("/health")}
    applications["employee"].stop()
    try:
        eventually(lambda: not take(gateway.socket).backends["new_employee"].up)
        gateway.traffic.change(WHOLE, "test")
        answers |= {"down": client.get("/employees"), "ill": client.get("/health")}
    finally:
        applications["employee"].start()
        eventually(lambda: take(gateway.socket).backends["new_employee"].up)
    assert {name: missing(answer) for name, answer in answers.items()} == {name: [] for name in answers}
    assert {answer.headers["Content-Type"] for answer in answers.values()} == {"application/json"}
    assert [answer.status_code for answer in answers.values()] == [502, 200, 503, 200]


def test_over_tls_the_gateway_says_that_it_is_reached_over_nothing_else() -> None:
    assert headers_of_data(tls=True)["Strict-Transport-Security"].startswith("max-age=31536000")
    assert "Strict-Transport-Security" not in headers_of_data(tls=False)


def test_a_changed_share_touches_no_request_that_is_under_way(
    gateway: Gateway, client: httpx.Client, applications: Applications, eventually: Eventually
) -> None:
    applications["legacy"].delay = 0.5
    with ThreadPoolExecutor() as pool:
        under_way = pool.submit(client.get, "/employees")
        eventually(lambda: applications["legacy"].asked)
        gateway.traffic.change(WHOLE, "test")
        assert client.get("/employees").json()["name"] == "employee"
        assert under_way.result().json()["name"] == "legacy"


def test_one_connection_of_a_client_is_led_to_both_sides(gateway: Gateway, client: httpx.Client) -> None:
    before = take(gateway.socket)
    for share, expected in ((0, "legacy"), (WHOLE, "employee"), (0, "legacy")):
        gateway.traffic.change(share, "test")
        assert client.get("/employees").json()["name"] == expected
    assert take(gateway.socket).backends["legacy"].begun == before.backends["legacy"].begun + 2


def test_a_killed_gateway_comes_back_with_its_share(
    gateway: Gateway, client: httpx.Client, eventually: Eventually
) -> None:
    gateway.traffic.change(2500, "test")
    pid, restarts = gateway.process.pid, gateway.process.restart_count
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    gateway.process.wait_restarted(restarts)
    eventually(lambda: _answers(gateway))
    assert gateway.process.pid != pid
    assert gateway.socket.share() == 2500
    assert client.get("/employees").json()["name"] == "legacy"


def test_a_share_that_is_changed_while_the_gateway_starts_anew_is_taken(
    gateway: Gateway, eventually: Eventually
) -> None:
    for share in (100, 5000, WHOLE, 0):
        restarts = gateway.process.restart_count
        gateway.process.kill9()
        assert gateway.traffic.change(share, "test")
        gateway.process.wait_restarted(restarts)
        eventually(lambda: _answers(gateway))
        assert gateway.socket.share() == share


def test_haproxy_gives_up_the_rights_of_root(gateway: Gateway) -> None:
    process = find(gateway.process.pid or 0)
    assert process is not None
    if os.geteuid() == 0:
        assert os.stat(f"/proc/{process.pid}").st_uid != 0


def _answers(gateway: Gateway) -> bool:
    try:
        gateway.socket.share()
    except GatewayDownError:
        return False
    return True
