"""How the walk goes, and what it does not put up with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.gateway.companies import WHOLE
from common.runtime.gateway.configuration import LATENCY_STEPS
from common.runtime.gateway.statistics import Seen
from common.runtime.gateway.traffic import percent

STEPS: Final = (100, 500, 2500, 5000, WHOLE)
# One failure is an accident; three in a window are not, however few requests there are.
_FEWEST_ERRORS: Final = 3
_FEWEST_ANSWERS: Final = 20
# A hung application fails each check after a second and a half; two are seen well within ten seconds.
_FAILED_CHECKS: Final = 2
_SLOW_PERCENT: Final = 5.0


@dataclass(frozen=True)
class Limits:
    """What the walk keeps to.

    Attributes:
        steps: The shares of 10,000 to walk through.
        hold: Seconds to stay at each.
        window: Seconds that are looked at together.
        max_errors: Percent of a service's requests in a window that may end in an error, in nothing or in another try.
        max_ms: Milliseconds within which 95 of 100 answers of a service must come; one of LATENCY_STEPS.
    """

    steps: Sequence[int] = field(default=STEPS)
    hold: float = 60.0
    window: float = 5.0
    max_errors: float = 1.0
    max_ms: int = 1000

    def trouble(self, service: str, seen: Seen) -> str:
        """What is wrong with a service in a window, in words; empty when nothing is."""
        if not seen.up or seen.failed_checks >= _FAILED_CHECKS:
            return f"{service} does not pass its health check ({seen.check or 'no answer'})"
        if seen.failed >= _FEWEST_ERRORS and seen.failure_rate > self.max_errors:
            return (
                f"{service} failed {seen.failed} of {seen.tries} times "
                f"({seen.failure_rate:.1f} %, limit {self.max_errors:g} %): {seen.words()}"
            )
        slow = seen.slower_than(self.max_ms)
        if sum(seen.latency) >= _FEWEST_ANSWERS and slow > _SLOW_PERCENT:
            return (
                f"{slow:.0f} % of {service}'s {sum(seen.latency)} answers took longer than {self.max_ms} ms "
                f"(limit {_SLOW_PERCENT:g} %)"
            )
        return ""

    def sign(self, seen: Seen) -> bool:
        """Whether there is anything at all that may become trouble."""
        slow = seen.slower_than(self.max_ms) > _SLOW_PERCENT / 2
        return bool(seen.failed or seen.failed_checks or slow or not seen.up)

    def words(self) -> str:
        """All of it in one line."""
        steps = " - ".join(percent(step).removesuffix(" %") for step in self.steps)
        return (
            f"Steps {steps} %, {self.hold:g} s each. Back at once when in {self.window:g} s a service fails "
            f"over {self.max_errors:g} % of its requests ({_FEWEST_ERRORS} at least), answers over "
            f"{_SLOW_PERCENT:g} % later than {self.max_ms} ms, or fails {_FAILED_CHECKS} health checks."
        )


def limits_from(steps: str, hold: str, window: str, max_errors: str, max_ms: str) -> Limits:
    """What an operator gave as text; an empty one is the usual.

    Raises:
        OperatorError: A value is not usable.
    """
    usual = Limits()
    milliseconds = int(_number("MAX_MS", max_ms, usual.max_ms, 1, 10**6))
    if milliseconds not in LATENCY_STEPS:
        known = ", ".join(map(str, LATENCY_STEPS))
        raise OperatorError(f"MAX_MS={max_ms} is not counted: choose one of {known}.")
    return Limits(
        steps=_steps(steps) if steps.strip() else usual.steps,
        hold=_number("HOLD", hold, usual.hold, 0.1, 86_400),
        window=_number("WINDOW", window, usual.window, 1, 60),
        max_errors=_number("MAX_ERRORS", max_errors, usual.max_errors, 0, 100),
        max_ms=milliseconds,
    )


def _steps(text: str) -> tuple[int, ...]:
    parts = text.replace(",", " ").split()
    shares = tuple(round(_number("STEPS", part, 0, 0.01, 100) * WHOLE / 100) for part in parts)
    if list(shares) != sorted(set(shares)):
        raise OperatorError(f'STEPS="{text}" is not usable: give rising percentages such as "1 5 25 50 100".')
    return shares


def _number(name: str, text: str, usual: float, lowest: float, highest: float) -> float:
    if not text.strip():
        return usual
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not lowest <= number <= highest:
        raise OperatorError(f"{name}={text} is not usable: give a number from {lowest:g} to {highest:g}.")
    return number
