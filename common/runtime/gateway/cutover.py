"""The walk from the old side to the new one, step by step, and back by itself when the new side fails."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.gateway.admin_socket import AdminSocket, GatewayDownError
from common.runtime.gateway.companies import Company
from common.runtime.gateway.configuration import LEGACY, new_backend
from common.runtime.gateway.limits import Limits
from common.runtime.gateway.statistics import Seen, Snapshot, between, take, together
from common.runtime.gateway.traffic import Traffic, percent
from common.runtime.layout import SERVICES

_TICK: Final = 0.5
_LINE: Final = 5.0
_GATEWAY_PATIENCE: Final = 10.0
_SHOWN_COMPANIES: Final = 10


class NewSideFailedError(Exception):
    """The new side crossed a limit; its text says which."""


class Walk:
    """Moves the share step by step and watches what HAProxy counts.

    Where it stands is the share itself, so a walk that was interrupted or killed goes on from there.

    Args:
        traffic: The share to move.
        socket: The HAProxy to watch.
        limits: How to go, and when to go back.
        say: Where a line goes.
        companies: Asked for all companies after each step; may raise OperatorError.
    """

    def __init__(
        self,
        traffic: Traffic,
        socket: AdminSocket,
        limits: Limits,
        say: Callable[[str], None],
        companies: Callable[[], Sequence[Company]],
    ) -> None:
        self._traffic = traffic
        self._socket = socket
        self._limits = limits
        self._say = say
        self._companies = companies
        self._snapshots: deque[Snapshot] = deque()
        self._sign_at: float | None = None

    def forward(self) -> bool:
        """Walks on from the present share; True at the end, False when it went back.

        Raises:
            OperatorError: A side is not well before the first step, the gateway does not answer, or somebody
                else has changed the share meanwhile.
        """
        self._say(self._limits.words())
        self._require_well()
        begun = self._traffic.share()
        steps = [step for step in self._limits.steps if step >= begun]
        if begun:
            self._say(f"The new side has {percent(begun)}: going on from there")
        if not steps:
            self._say(f"That is beyond the last step, {percent(self._limits.steps[-1])}: nothing to do")
        for step in steps:
            try:
                self._set(step, "cutover")
                self._hold(step)
            except NewSideFailedError as failure:
                return self._give_up(step, str(failure))
            self._offer_hand_over(step)
        return True

    def back(self) -> None:
        """Gives everything back to the old side at once and looks at how it takes it."""
        before = self._traffic.share()
        self._set(0, "cutover BACK=1")
        self._say(f"Back: the new side had {percent(before)} and has 0 % now")
        self._snapshots.clear()
        self._watch(self._limits.window, judge=False)
        seen = self._seen(LEGACY)
        self._say(f"The old side in {self._limits.window:g} s: {seen.words()}")
        if before:
            self._warn(before)

    def _require_well(self) -> None:
        snapshot = self._take()
        unwell = [name for name, counts in snapshot.backends.items() if not counts.up]
        if unwell:
            raise OperatorError(
                f"{' and '.join(unwell)} does not pass its health check "
                f"({snapshot.backends[unwell[0]].check or 'no answer'}): mend that before the walk."
            )

    def _set(self, share: int, why: str) -> None:
        if not self._traffic.change(share, why):
            raise OperatorError("The gateway does not run: start it with `make gateway`.")

    def _hold(self, step: int) -> None:
        self._say(f"{percent(step)} to the new side for {self._limits.hold:g} s")
        begin = self._take()
        self._watch(self._limits.hold, judge=True)
        end = self._snapshots[-1]
        seen = together([between(begin, end, new_backend(service)) for service in SERVICES])
        self._say(
            f"{percent(step)} held: {seen.words()} on the new side{'' if seen.tries else ', so nothing was proved'}"
        )

    def _watch(self, seconds: float, *, judge: bool) -> None:
        """Looks at the counters for some seconds; raises NewSideFailedError when a limit is crossed."""
        end = time.monotonic() + seconds
        line_due = time.monotonic() + _LINE
        share = self._traffic.share()
        while (now := time.monotonic()) < end:
            self._remember(self._take())
            if judge:
                self._judge()
                self._require_ours(share)
            if now >= line_due:
                line_due = now + _LINE
                self._say(f"    new: {self._new_side().words()}; old: {self._seen(LEGACY).words()}")
            time.sleep(min(_TICK, max(0.0, end - now)))
        self._remember(self._take())

    def _judge(self) -> None:
        seen = {service: self._seen(new_backend(service)) for service in SERVICES}
        if not any(self._limits.sign(each) for each in seen.values()):
            self._sign_at = None
        elif self._sign_at is None:
            self._sign_at = time.monotonic()
        troubles = [trouble for name, each in seen.items() if (trouble := self._limits.trouble(name, each))]
        if troubles:
            raise NewSideFailedError("; ".join(troubles))

    def _require_ours(self, share: int) -> None:
        kept = self._traffic.share()
        if kept != share:
            raise OperatorError(
                f"Somebody else has set the new side's share to {percent(kept)}: this walk ends here."
            )

    def _give_up(self, step: int, reason: str) -> bool:
        self._say(f"At {percent(step)}: {reason}")
        if not self._snapshots[-1].backends[LEGACY].up:
            raise OperatorError(
                f"The old side does not pass its health check either, so {percent(step)} stays with the new "
                "side: `make traffic` moves it."
            )
        self._set(0, f"cutover: {reason}")
        since = f", {time.monotonic() - self._sign_at:.1f} s after the first sign" if self._sign_at else ""
        self._say(f"Back: everything goes to the old side again{since}")
        self._warn(step)
        return False

    def _offer_hand_over(self, step: int) -> None:
        companies = self._known_companies()
        moved = [company for company in companies if company.on_new_side(step)]
        open_ones = [company for company in moved if not company.handed_over]
        if not companies:
            return
        self._say(f"{len(moved)} of {len(companies)} companies are on the new side")
        if open_ones:
            self._say("Not handed over yet, so that the old application's data still count for them:")
            self._list(open_ones)
            self._say(_HAND_OVER)

    def _warn(self, before: int) -> None:
        """What an operator must know after companies went back to the old side."""
        self._say(_WRITTEN_THERE)
        handed_over = [
            each for each in self._known_companies() if each.handed_over and each.on_new_side(before)
        ]
        if handed_over:
            self._say(
                "Handed over before, so that the new side's data count and the old side's are left behind:"
            )
            self._list(handed_over)

    def _known_companies(self) -> Sequence[Company]:
        try:
            return self._companies()
        except OperatorError as error:
            self._say(f"Which companies are where cannot be said: {error}")
            return ()

    def _list(self, companies: Sequence[Company]) -> None:
        for company in companies[:_SHOWN_COMPANIES]:
            self._say(f"    {company.id}  {company.name}")
        if len(companies) > _SHOWN_COMPANIES:
            self._say(f"    and {len(companies) - _SHOWN_COMPANIES} more")

    def _take(self) -> Snapshot:
        """The counters; waits a while for a gateway that is just starting anew."""
        deadline = time.monotonic() + _GATEWAY_PATIENCE
        while True:
            try:
                return take(self._socket)
            except GatewayDownError as error:
                if time.monotonic() > deadline:
                    raise OperatorError(
                        f"The walk cannot see: {error}. The share stays as it is; see `make gateway-status`."
                    ) from error
                time.sleep(_TICK)

    def _remember(self, snapshot: Snapshot) -> None:
        self._snapshots.append(snapshot)
        # The oldest one is at least a window old, or the first of all.
        while len(self._snapshots) > 2 and self._snapshots[1].at <= snapshot.at - self._limits.window:
            self._snapshots.popleft()

    def _seen(self, backend: str) -> Seen:
        return between(self._snapshots[0], self._snapshots[-1], backend)

    def _new_side(self) -> Seen:
        return together([self._seen(new_backend(service)) for service in SERVICES])


_WRITTEN_THERE: Final = "What was written on the new side meanwhile is there and not in the old application"
_HAND_OVER: Final = (
    "Next, when you are sure of them: `make import SOURCE=FILE ARGS=--incremental` brings over the old side's last "
    "changes, then hand them over in the company service's admin (Companies handed over)"
)
