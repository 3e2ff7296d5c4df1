"""Whether what each service derived from others' events equals a rebuild from the first event."""

from collections.abc import Iterator

from common.runtime.layout import SERVICES
from common.runtime.stack import Stack

NO_DIFFERENCE = "no difference"


def differences(stack: Stack) -> Iterator[tuple[str, str]]:
    """Of each service, what a rebuild would change; an empty text for nothing."""
    for name in SERVICES:
        done = stack.manage(name, "backfill", "--dry-run", check=False)
        lines = [line.strip() for line in done.stdout.splitlines() if not line.startswith(" ")]
        told = [line.strip() for line in done.stdout.splitlines() if line.startswith(" ")]
        wrong = [line for line in told if line != NO_DIFFERENCE]
        if done.returncode != 0 or not lines:
            wrong.append(done.stderr.strip()[-500:] or "nothing was rebuilt")
        yield name, "; ".join(wrong)
