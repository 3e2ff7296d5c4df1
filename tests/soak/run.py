"""One soak: a system of its own, rounds of hires under fire, and the reckoning."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from common.runtime.client import Client, SignIn
from common.runtime.databases import Databases
from common.runtime.demo.story import Story
from common.runtime.layout import HR_ADMIN_EMAIL, SERVICES
from common.runtime.quiet import wait_quiet
from common.runtime.stack import Stack
from tests.soak.chaos import Chaos
from tests.soak.checks import CHECKS, balance
from tests.soak.clients import Crowd, Result
from tests.soak.plan import Companies, Kind, make_plan
from tests.soak.readmodels import differences

OPEN_COMPANIES = 8
SEATS = 20
SETTLES_IN = 240.0
"""Seconds until everything has ended: a saga has sixty until it turns back, and longest pauses of thirty."""


@dataclass
class Soak:
    """A started system and those who hire in it."""

    stack: Stack
    databases: Databases
    crowd: Crowd
    companies: Companies
    seed: int

    @classmethod
    def begin(cls, stack: Stack, databases: Databases, seed: int, seats: int = SEATS) -> "Soak":
        """Makes the companies, one of them with ``seats``, and waits until every service knows them."""
        urls = {name: stack.url(name) for name in SERVICES}
        sign_in = SignIn(urls, HR_ADMIN_EMAIL, stack.credentials.hr_admin_password)
        client = Client(urls, sign_in)
        names = [*(f"Open {number}" for number in range(OPEN_COMPANIES)), "Inactive", "Seated"]
        ids = [_company(client, name) for name in names]
        client.call("company", "DELETE", f"/companies/{ids[-2]}")
        client.call("company", "PUT", f"/companies/{ids[-1]}", {"seat_limit": seats})
        client.close()
        wait_quiet(stack, databases)
        companies = Companies(ids[:OPEN_COMPANIES], inactive=ids[-2], seated=ids[-1])
        return cls(stack, databases, Crowd(urls, sign_in), companies, seed)

    def turn(self, number: int, count: int, *, under_fire: bool = True) -> Chaos | None:
        """One round: ``count`` hires, with processes killed meanwhile; returns the killer."""
        hires = make_plan(seed=self.seed, turn=number, count=count, companies=self.companies)
        before = len(self.crowd.results)
        if not under_fire:
            self.crowd.carry_out(hires)
            return None
        chaos = Chaos(self.stack, self.seed + number, lambda: (len(self.crowd.results) - before) / len(hires))
        with chaos:
            self.crowd.carry_out(hires)
        return chaos

    def settle(self) -> None:
        """Waits until every saga has ended and nothing is on its way."""
        wait_quiet(self.stack, self.databases, SETTLES_IN)


def _company(client: Client, name: str) -> UUID:
    return UUID(client.call("company", "POST", "/companies", {"name": name}).body["company"]["id"])


def reckon(soak: Soak, story: Story) -> None:
    """Prints the counts and checks everything."""
    databases, results = soak.databases, soak.crowd.results
    story.chapter("What the clients were told")
    told = Counter(
        (
            result.hire.kind,
            f"{result.answer.status} {result.answer.error_code}" if result.answer else "nothing",
        )
        for result in results
    )
    story.show(("hire", "answer", "count"), [(*key, str(count)) for key, count in sorted(told.items())])
    story.tell(_speed(results))
    story.tell("trouble on the way: " + _listed(soak.crowd.troubles))
    story.check("every client got an answer", all(result.answer for result in results))
    unlike = [result.hire.key for result in results if not result.same_again]
    story.check("the same key got the same answer again", not unlike, unlike[:3])
    wrong = [result for result in results if not _expected(result)]
    story.check("the answers are those of the rules", not wrong, [result.answer for result in wrong[:3]])
    story.chapter("What is in the databases")
    states = databases.rows("employee", "SELECT state, count(*) FROM sagas GROUP BY 1 ORDER BY 1")
    story.tell("sagas: " + ", ".join(f"{count} {state}" for state, count in states))
    story.tell(", ".join(f"{name} {sum(counts.values())}" for name, counts in balance(databases).items()))
    sagas = databases.value("employee", "SELECT count(*) FROM sagas")
    story.equal("sagas, as many as requests", sagas, len(results))
    for each in CHECKS:
        fault = each.look(databases)
        story.check(each.sentence, not fault, fault)
    for name, difference in differences(soak.stack):
        story.check(f"{name}'s copies equal a rebuild from the first event", not difference, difference)


def _expected(result: Result) -> bool:
    """Whether the rules allow the answer; a saga that met its deadline may be refused whatever it was."""
    if result.answer is None:
        return False
    code, kind = result.answer.error_code, result.hire.kind
    allowed = {
        Kind.PLAIN: {""},
        Kind.TWIN: {"", "EMAIL_TAKEN", "EMPLOYEE_EXISTS"},
        Kind.INACTIVE: {"COMPANY_INACTIVE"},
        Kind.SEATED: {"", "SEAT_LIMIT_REACHED"},
    }
    return code in allowed[kind] | {"SAGA_DEADLINE"}


def _speed(results: Sequence[Result]) -> str:
    times = sorted(result.seconds for result in results)
    tries = sum(result.tries for result in results)
    middle, late = times[len(times) // 2], times[len(times) * 99 // 100]
    percentiles = f"p50 {middle:.2f} s, p99 {late:.2f} s, longest {times[-1]:.2f} s"
    return f"{len(results)} hires with {tries} requests; {percentiles}"


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items())) or "none"


def soak_for(soak: Soak, story: Story, *, minutes: float, hires: int) -> None:
    """Rounds of ``hires`` until ``minutes`` are over, at least one, then the reckoning."""
    began = time.monotonic()
    number = 0
    while number == 0 or time.monotonic() - began < minutes * 60:
        number += 1
        story.chapter(f"Round {number}: {hires} hires by 64 clients, seed {soak.seed}")
        turn_began = time.monotonic()
        chaos = soak.turn(number, hires)
        if chaos:
            story.tell(f"kill -9: {_listed(chaos.kills)}; FLUSHALL: {chaos.flushes}")
        story.tell(f"answered after {time.monotonic() - turn_began:.1f} s")
        soak.settle()
        story.tell(f"quiet after {time.monotonic() - turn_began:.1f} s")
    reckon(soak, story)
