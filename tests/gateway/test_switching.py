"""The promises of the switch, kept by the running system at 200 requests a second."""

import itertools
import os
import signal
import time
from collections import defaultdict
from collections.abc import Callable
from uuid import UUID

import pytest

from common.runtime.gateway.companies import WHOLE, Company, all_companies, place_of
from common.runtime.health import answers
from tests.gateway.load import Answer, Load
from tests.gateway.town import Town
from tests.waiting import wait_until

RATE = 200.0
BACK_WITHIN = 10.0
WAITED_FOR = 4.0
"""Seconds for which the gateway certainly waits for a service that starts anew."""
Measured = Callable[[str, object], None]


def test_a_walk_from_0_to_100_percent_and_back_loses_no_request(
    town: Town, record_property: Measured
) -> None:
    with town.load(RATE) as load:
        began = time.monotonic()
        with town.command("cutover", "--hold", "4", "--max-ms", "5000") as forward:
            printed, _ = forward.communicate()
        assert forward.returncode == 0, printed
        whole = time.monotonic()
        wait_until(lambda: len(load.since(whole)) > RATE, "a second on the new side")
        returned = time.monotonic()
        with town.command("cutover", "--back", "--window", "2") as back:
            back.communicate()
        seconds = time.monotonic() - began
    assert back.returncode == 0
    assert load.failures == []
    # A machine that is busy with other tests, too, may hold up the one who asks.
    assert len(load.answers) >= 0.8 * RATE * seconds
    assert {each.side for each in load.answers if whole < each.began < returned} == {"new"}
    assert all(len(walked) <= 3 for walked in _sides_of_companies(load).values())
    assert load.answers[-1].side == "legacy"
    record_property("requests", f"{len(load.answers)} in {seconds:.0f} s, 0 failed")
    for side in ("legacy", "new"):
        record_property(f"answered by the {side} side", sum(each.side == side for each in load.answers))
    record_property("95 % within", f"{load.percentile(0.95):.0f} ms")


def test_weights_that_change_all_the_time_lose_no_request_and_keep_companies_together(town: Town) -> None:
    shares = [share % WHOLE for share in range(0, 40 * 3_777, 3_777)]
    with town.load(RATE) as load:
        for share in shares:
            before = len(load.answers)
            town.gateway.traffic.change(share, "test")
            wait_until(lambda before=before: len(load.answers) > before + 40, "some answers")  # type: ignore[misc]
    assert load.failures == []
    assert {each.side for each in load.answers} == {"legacy", "new"}


def test_at_any_share_a_company_is_on_one_side_by_all_its_names(town: Town) -> None:
    with town.load(RATE) as load:
        for share in (1000, 3700, 8200):
            town.gateway.traffic.change(share, "test")
            moment = time.monotonic()
            wait_until(lambda moment=moment: len(load.since(moment)) > 400, "two seconds")  # type: ignore[misc]
            for each in load.since(moment):
                expected = "new" if place_of(each.request.who) < share else "legacy"
                assert (each.request.who, each.side) == (each.request.who, expected)


def test_a_killed_gateway_is_back_at_once_with_the_same_weights(
    town: Town, record_property: Measured
) -> None:
    town.gateway.traffic.change(4200, "test")
    process = town.gateway.process
    with town.load(RATE) as load:
        wait_until(lambda: len(load.answers) > 100, "some answers")
        pid, restarts, killed = process.pid, process.restart_count, time.monotonic()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        process.wait_restarted(restarts)
        wait_until(lambda: any(not each.failed for each in load.since(killed + 0.2)), "answers again")
        back = time.monotonic()
        wait_until(lambda: len(load.since(back)) > 200, "a second more")
    assert [each for each in load.since(back) if each.failed] == []
    assert town.gateway.socket.share() == town.gateway.traffic.share() == 4200
    for each in load.answers:
        assert each.failed or (each.side == "new") == (place_of(each.request.who) < 4200)
    lost = [each for each in load.answers if each.failed]
    record_property("lost with the killed process", f"{len(lost)} of {len(load.answers)}")
    record_property("away for", f"{max((each.ended for each in lost), default=killed) - killed:.2f} s")


def test_a_killed_service_costs_nobody_an_answer_that_can_be_had_again(
    town: Town, record_property: Measured
) -> None:
    town.gateway.traffic.change(WHOLE, "test")
    web = town.house.stack.process("employee", "web")
    with town.load(50) as load:
        wait_until(lambda: len(load.answers) > 50, "some answers")
        restarts, killed = web.restart_count, time.monotonic()
        web.kill9()
        web.wait_restarted(restarts)
        away = wait_until(lambda: answers(town.house.stack.ports.services["employee"]), "it is back", 90)
        wait_until(
            lambda: _answers_of(load, killed + away, "/employees") > 5, "the service answers again", 90
        )
    failed = {(each.status, each.request.path) for each in load.answers if each.failed}
    record_property("away for", f"{away:.1f} s, {len(load.failures)} of {len(load.answers)} failed")
    assert {each.side for each in load.answers} == {"new"}
    if away < WAITED_FOR:
        assert failed == set()
    # A machine so busy that the service needs longer has them refused, in order, and nobody else.
    assert {(status, "employees" in path) for status, path in failed} <= {(503, True)}


@pytest.mark.parametrize("fault", ["database frozen", "service frozen", "service gone"])
def test_when_the_new_side_fails_the_walk_goes_back_within_ten_seconds(
    town: Town, fault: str, record_property: Measured
) -> None:
    stack = town.house.stack
    broken = stack.process("postgres") if fault == "database frozen" else stack.process("employee", "web")
    hurt, mend = (broken.stop, broken.start) if fault == "service gone" else (broken.pause, broken.resume)
    with town.load(RATE) as load:
        with town.command("cutover", "--steps", "50 100", "--hold", "60", "--max-ms", "5000") as walking:
            wait_until(lambda: town.gateway.socket.share() == WHOLE // 2, "half of the companies have moved")
            moved = time.monotonic()
            wait_until(
                lambda: len([each for each in load.since(moved) if each.side == "new"]) > 100, "answers"
            )
            began = time.monotonic()
            try:
                hurt()
                wait_until(lambda: town.gateway.socket.share() == 0, "everything is back")
                took = time.monotonic() - began
            finally:
                mend()
            printed, _error = walking.communicate()
        back = time.monotonic()
        wait_until(lambda: len(load.since(back)) > RATE, "a second on the old side")
    assert took < BACK_WITHIN
    assert walking.returncode == 1
    assert "Back: everything goes to the old side again" in printed
    assert town.gateway.traffic.share() == 0
    assert {(each.status, each.side) for each in load.since(back)} == {(200, "legacy")}
    record_property(f"{fault}: back after", f"{took:.1f} s")


def test_an_interrupted_walk_goes_on_and_returns_on_demand(town: Town) -> None:
    with town.load(20), town.command("cutover", "--hold", "60") as walking:
        wait_until(lambda: town.gateway.socket.share() == 100, "the first step")
        walking.send_signal(signal.SIGINT)
        printed, _ = walking.communicate()
    assert walking.returncode == 130
    assert "the new side keeps 1 %" in printed
    with town.command("cutover", "--hold", "0.5") as again:
        printed, _ = again.communicate()
    assert again.returncode == 0, printed
    assert "The new side has 1 %: going on from there" in printed
    assert town.gateway.socket.share() == WHOLE


def test_the_companies_that_moved_are_named_by_the_company_service(town: Town) -> None:
    made = town.house.new_company(name="Gateway Trading")
    with town.command("cutover", "--steps", "100", "--hold", "0.5", "--max-ms", "5000") as walking:
        printed, _ = walking.communicate()
    assert walking.returncode == 0, printed
    assert f"{made}  Gateway Trading" in printed
    known = {str(company.id): company for company in all_companies(town.house.stack.dsn("company"))}
    assert known[made] == Company(UUID(made), "Gateway Trading", handed_over=False)


def _sides_of_companies(load: Load) -> dict[str, list[str]]:
    """For each company the sides it was on, one after the other."""
    asked: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in sorted(load.answers, key=lambda each: each.began):
        asked[answer.request.who].append(answer)
    return {
        company: [side for side, _ in itertools.groupby(answers, key=lambda each: each.side)]
        for company, answers in asked.items()
    }


def _answers_of(load: Load, moment: float, path: str) -> int:
    return len(
        [each for each in load.since(moment) if each.request.path.startswith(path) and not each.failed]
    )
