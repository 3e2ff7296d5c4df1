"""The walk to the new side: what it sees, what it decides, and where it stands when it is interrupted."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import pytest

from common.runtime.errors import OperatorError
from common.runtime.gateway.companies import WHOLE, Company, all_companies
from common.runtime.gateway.cutover import Walk
from common.runtime.gateway.limits import Limits, limits_from
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.statistics import take
from common.runtime.gateway.tests.sides import Applications
from common.runtime.layout import ROOT

Eventually = Callable[[Callable[[], object]], None]
COMPANIES = [
    Company(uuid.UUID(int=number * 104_729 << 96), f"Company {number}", number == 1)
    for number in range(1, 41)
]
PATHS = ("/profile", "/companies", "/employees", "/documents", "/notifications", "/events")
IN_TIME = 10.0


@pytest.fixture
def visitors(gateway: Gateway) -> Iterator[None]:
    """People of all companies who ask for something all the time."""
    over = threading.Event()
    address = f"http://127.0.0.1:{gateway.options.port}"

    def visit(own: list[Company]) -> None:
        with httpx.Client(base_url=address, timeout=30) as client:
            for number in count():
                company = own[number % len(own)]
                with suppress(httpx.HTTPError):
                    client.get(PATHS[number % len(PATHS)], headers={"X-Company-Id": str(company.id)})
                if over.wait(0.01):
                    return

    threads = [threading.Thread(target=visit, args=(COMPANIES[at::4],)) for at in range(4)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def walk(gateway: Gateway, said: list[str], **limits: Any) -> Walk:
    return Walk(
        gateway.traffic, gateway.socket, Limits(**{"hold": 1.5, **limits}), said.append, lambda: COMPANIES
    )


@pytest.mark.usefixtures("trusted", "visitors")
def test_a_walk_without_trouble_ends_on_the_new_side(gateway: Gateway) -> None:
    said: list[str] = []
    assert walk(gateway, said, hold=1.0).forward()
    assert gateway.traffic.share() == gateway.socket.share() == WHOLE
    text = "\n".join(said)
    for percent in ("1 %", "5 %", "25 %", "50 %", "100 %"):
        assert f"{percent} to the new side for 1 s" in text
    assert "40 of 40 companies are on the new side" in text
    assert "ARGS=--incremental" in text
    assert "and 29 more" in text


@pytest.mark.usefixtures("trusted", "visitors")
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda application: setattr(application, "failing", True), "employee failed"),
        (lambda application: setattr(application, "broken", 10**6), "employee failed"),
        (lambda application: setattr(application, "delay", 0.06), "took longer than 50 ms"),
        (lambda application: application.open.clear(), "employee failed"),
        (lambda application: application.stop(), "At 50 %: employee "),
    ],
    ids=["answers 500", "hangs up", "is slow", "does not answer", "is gone"],
)
def test_when_the_new_side_fails_everything_goes_back_within_ten_seconds(
    gateway: Gateway, applications: Applications, fault: Callable[[Any], object], reason: str
) -> None:
    said: list[str] = []
    walking = walk(gateway, said, steps=(5000, WHOLE), hold=30.0, max_ms=50)
    outcome: list[bool] = []
    thread = threading.Thread(target=lambda: outcome.append(walking.forward()))
    thread.start()
    try:
        _until(lambda: len(applications["employee"].asked) > 20)
        began = time.monotonic()
        fault(applications["employee"])
        _until(lambda: gateway.socket.share() == 0)
        assert time.monotonic() - began < IN_TIME
    finally:
        applications["employee"].mend()
        applications["employee"].stop()
        applications["employee"].start()
        thread.join()
    assert outcome == [False]
    assert gateway.traffic.share() == 0
    assert any(reason in line for line in said), said
    assert any(re.search(r"Back: .*, \d\.\d s after the first sign", line) for line in said), said


@pytest.mark.usefixtures("trusted")
def test_a_single_error_is_no_reason_to_go_back(gateway: Gateway, applications: Applications) -> None:
    said: list[str] = []
    applications["employee"].broken = 1
    with httpx.Client(base_url=f"http://127.0.0.1:{gateway.options.port}") as client:
        gateway.traffic.change(WHOLE, "test")
        assert client.post("/employees").status_code == httpx.codes.BAD_GATEWAY
    assert walk(gateway, said).forward()


@pytest.mark.usefixtures("trusted")
def test_a_walk_that_no_request_followed_says_that_nothing_was_proved(gateway: Gateway) -> None:
    said: list[str] = []
    assert walk(gateway, said, hold=0.2).forward()
    assert "1 % held: no requests on the new side, so nothing was proved" in said


@pytest.mark.usefixtures("trusted")
def test_a_walk_goes_on_where_an_earlier_one_stopped(gateway: Gateway) -> None:
    said: list[str] = []
    gateway.traffic.change(2500, "an earlier walk")
    assert walk(gateway, said, hold=0.2).forward()
    assert "The new side has 25 %: going on from there" in said
    assert not any(line.startswith(("1 %", "5 %")) for line in said)
    assert any(line.startswith("25 % to the new side") for line in said)


@pytest.mark.usefixtures("trusted")
def test_a_walk_ends_when_somebody_else_moves_the_share(gateway: Gateway) -> None:
    walking = walk(gateway, [], hold=10.0)
    threading.Timer(0.5, gateway.traffic.change, (7000, "somebody")).start()
    with pytest.raises(OperatorError, match="Somebody else has set the new side's share to 70 %"):
        walking.forward()
    assert gateway.socket.share() == 7000


def test_a_walk_does_not_begin_while_a_side_is_down(
    gateway: Gateway, applications: Applications, eventually: Eventually
) -> None:
    applications["document"].stop()
    try:
        eventually(lambda: not take(gateway.socket).backends["new_document"].up)
        with pytest.raises(OperatorError, match="new_document does not pass its health check"):
            walk(gateway, []).forward()
        assert gateway.traffic.share() == 0
    finally:
        applications["document"].start()
        eventually(lambda: take(gateway.socket).backends["new_document"].up)


@pytest.mark.usefixtures("trusted")
def test_a_walk_survives_a_killed_gateway(gateway: Gateway) -> None:
    said: list[str] = []
    walking = walk(gateway, said, steps=(2500,), hold=3.0)
    threading.Timer(1.0, gateway.process.kill9).start()
    assert walking.forward()
    assert gateway.socket.share() == 2500


def test_back_returns_everything_and_looks_at_the_old_side(gateway: Gateway) -> None:
    said: list[str] = []
    gateway.traffic.change(WHOLE, "test")
    walk(gateway, said, window=1.0).back()
    assert gateway.socket.share() == 0
    assert said[0] == "Back: the new side had 100 % and has 0 % now"
    assert said[1].startswith("The old side in 1 s: ")
    assert said[-2].startswith("Handed over before")
    assert said[-1] == f"    {COMPANIES[0].id}  Company 1"


def test_a_walk_goes_on_when_nobody_can_name_the_companies(gateway: Gateway) -> None:
    said: list[str] = []

    def nobody() -> list[Company]:
        return all_companies("postgresql://nobody@127.0.0.1:1/nowhere")

    Walk(gateway.traffic, gateway.socket, Limits(window=1.0), said.append, nobody).back()
    gateway.traffic.change(WHOLE, "test")
    Walk(gateway.traffic, gateway.socket, Limits(window=1.0), said.append, nobody).back()
    assert any(
        line.startswith("Which companies are where cannot be said: the company service's") for line in said
    )


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_walk_stays_where_it_is_and_says_how_to_go_on(
    gateway: Gateway, eventually: Eventually, signum: int
) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "common.runtime.gateway", "cutover", "--folder", str(gateway.folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as walking:
        eventually(lambda: gateway.socket.share() == 100)
        os.kill(walking.pid, signum)
        printed, _ = walking.communicate()
    assert walking.returncode == 130
    assert "the new side keeps 1 % and nobody watches" in printed
    assert gateway.traffic.share() == gateway.socket.share() == 100


def test_limits_are_what_was_said_and_the_usual_else() -> None:
    assert limits_from("", "", "", "", "") == Limits()
    chosen = limits_from("10, 50 100", "5", "3", "0.5", "250")
    assert chosen == Limits(steps=(1000, 5000, WHOLE), hold=5, window=3, max_errors=0.5, max_ms=250)
    assert "Steps 10 - 50 - 100 %, 5 s each" in chosen.words()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (("50 10", "", "", "", ""), 'STEPS="50 10" is not usable'),
        (("0", "", "", "", ""), "STEPS=0 is not usable"),
        (("", "soon", "", "", ""), "HOLD=soon is not usable"),
        (("", "", "90", "", ""), "WINDOW=90 is not usable"),
        (("", "", "", "nan", ""), "MAX_ERRORS=nan is not usable"),
        (("", "", "", "", "300"), "MAX_MS=300 is not counted: choose one of 10, 25,"),
    ],
)
def test_limits_that_mean_nothing_are_refused(values: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(OperatorError, match=re.escape(sentence)):
        limits_from(*values)


def _until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20.0
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)
