"""What HAProxy has counted, and what that says about a stretch of time."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from common.runtime.gateway.admin_socket import AdminSocket
from common.runtime.gateway.configuration import LATENCY_STEPS, LATENCY_TABLE, LEGACY, new_backend
from common.runtime.layout import SERVICES

_PERCENTILE: Final = 0.95
_ANSWERS: Final = ("hrsp_1xx", "hrsp_2xx", "hrsp_3xx", "hrsp_4xx", "hrsp_5xx", "hrsp_other")


@dataclass(frozen=True)
class Counts:
    """HAProxy's counters of one backend since its start.

    Attributes:
        begun: Requests sent there.
        answered: Answers, HAProxy's own included.
        errors: Those of status 500 and above.
        refused: Those of status 400 to 499.
        retries: Requests that were sent once more, because the connection failed or no answer came.
        open: Requests under way at the moment.
        failed_checks: Health checks that failed while the server counted as up.
        up: Whether the server counts as up.
        check: What the last health check said, such as ``L4CON``.
        latency: Answers of the application by the steps of LATENCY_STEPS, and those that took longer.
    """

    begun: int = 0
    answered: int = 0
    errors: int = 0
    refused: int = 0
    retries: int = 0
    open: int = 0
    failed_checks: int = 0
    up: bool = True
    check: str = ""
    latency: tuple[int, ...] = (0,) * (len(LATENCY_STEPS) + 1)


@dataclass(frozen=True)
class Snapshot:
    """All backends at one moment; ``at`` is on the monotonic clock."""

    at: float
    backends: Mapping[str, Counts]


@dataclass(frozen=True)
class Seen:
    """What one backend, or several together, did between two snapshots."""

    requests: int
    errors: int
    refused: int
    retries: int
    unanswered: int
    failed_checks: int
    up: bool
    check: str
    latency: tuple[int, ...]

    @property
    def failed(self) -> int:
        """Tries that ended in an error, in nothing, or in another try."""
        return self.errors + self.unanswered + self.retries

    @property
    def tries(self) -> int:
        """How often a request was sent."""
        return self.requests + self.unanswered + self.retries

    @property
    def failure_rate(self) -> float:
        """How many percent of the tries failed."""
        return 100 * self.failed / self.tries if self.tries else 0.0

    @property
    def p95(self) -> int | None:
        """The step of LATENCY_STEPS within which 95 of 100 answers came; None when there is no such step."""
        reached, total = 0, sum(self.latency)
        for step, count in zip(LATENCY_STEPS, self.latency, strict=False):
            reached += count
            if reached >= _PERCENTILE * total:
                return step
        return None

    def slower_than(self, milliseconds: int) -> float:
        """How many percent of the answers took longer than a step of LATENCY_STEPS."""
        total = sum(self.latency)
        quick = sum(self.latency[: LATENCY_STEPS.index(milliseconds) + 1])
        return 100 * (total - quick) / total if total else 0.0

    def words(self) -> str:
        """The counts in words, for a line of the walk."""
        if not self.tries:
            return "no requests"
        slow = f"95 % within {self.p95} ms" if self.p95 else f"5 % over {LATENCY_STEPS[-1]} ms"
        parts = [f"{self.requests} requests", f"{self.errors} errors"]
        if self.refused:
            parts.append(f"{self.refused} refused")
        if self.retries:
            parts.append(f"{self.retries} sent again")
        if self.unanswered:
            parts.append(f"{self.unanswered} not answered")
        return ", ".join([*parts, slow] if sum(self.latency) else parts)


def take(socket: AdminSocket) -> Snapshot:
    """Asks HAProxy for all its counters now; raises GatewayDownError."""
    rows = socket.statistics()
    latencies = socket.counters(LATENCY_TABLE)
    totals = {row["pxname"]: row for row in rows if row["svname"] == "BACKEND"}
    servers = {row["pxname"]: row for row in rows if row["svname"] == "app"}
    found = {
        name: _counts(totals[name], servers.get(name, {}), latencies.get(name, ()))
        for name in (LEGACY, *map(new_backend, SERVICES))
        if name in totals
    }
    return Snapshot(time.monotonic(), found)


def between(older: Snapshot, newer: Snapshot, backend: str) -> Seen:
    """What a backend did between two snapshots; after a restart of HAProxy, since that."""
    before, after = older.backends[backend], newer.backends[backend]
    if after.begun < before.begun or after.answered < before.answered:
        before = Counts()
    begun = after.begun - before.begun
    return Seen(
        requests=after.answered - before.answered,
        errors=after.errors - before.errors,
        refused=after.refused - before.refused,
        retries=after.retries - before.retries,
        # More are open than were begun since: those are as old as the window at least.
        unanswered=max(0, after.open - begun),
        failed_checks=after.failed_checks - before.failed_checks,
        up=after.up,
        check=after.check,
        latency=tuple(late - early for early, late in zip(before.latency, after.latency, strict=True)),
    )


def together(parts: Sequence[Seen]) -> Seen:
    """Several backends as one."""
    return Seen(
        requests=sum(part.requests for part in parts),
        errors=sum(part.errors for part in parts),
        refused=sum(part.refused for part in parts),
        retries=sum(part.retries for part in parts),
        unanswered=sum(part.unanswered for part in parts),
        failed_checks=sum(part.failed_checks for part in parts),
        up=all(part.up for part in parts),
        check="",
        latency=tuple(map(sum, zip(*(part.latency for part in parts), strict=True))),
    )


def _counts(total: Mapping[str, str], server: Mapping[str, str], latency: Sequence[int]) -> Counts:
    return Counts(
        begun=_number(total, "stot"),
        answered=sum(_number(total, name) for name in _ANSWERS),
        errors=_number(total, "hrsp_5xx"),
        refused=_number(total, "hrsp_4xx"),
        retries=_number(total, "wretr"),
        open=_number(total, "scur"),
        failed_checks=_number(server, "chkfail"),
        up=not server or server["status"].startswith("UP"),
        check=server.get("check_status", "").lstrip("* "),
        latency=tuple(latency) or Counts.latency,
    )


def _number(row: Mapping[str, str], name: str) -> int:
    return int(row.get(name) or 0)
