"""The new side's share: kept in HAProxy's own map file, changed there and in the running HAProxy."""

import json
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from common.runtime.errors import OperatorError
from common.runtime.files import exclusive, write_private
from common.runtime.gateway.admin_socket import SHARE_MAP, AdminSocket, GatewayDownError
from common.runtime.gateway.companies import WHOLE
from common.runtime.state import read_state

_HISTORY: Final = "history.jsonl"
_LOCK: Final = "share.lock"
_RESTART_PATIENCE: Final = 5.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Traffic:
    """How much of the companies goes to the new side of the gateway in ``folder``, in 10,000ths."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = AdminSocket(folder)

    def share(self) -> int:
        """The share as it is kept, which a starting HAProxy reads.

        Raises:
            OperatorError: There is none, or the file is damaged.
        """
        path = self._folder / SHARE_MAP
        try:
            key, value = path.read_text(encoding="utf-8").split()
            share = int(value)
        except FileNotFoundError as error:
            raise OperatorError("There is no gateway yet: start one with `make gateway`.") from error
        except ValueError as error:
            raise OperatorError(
                f"{path} is damaged: `make traffic LEGACY=… NEW=…` writes it anew."
            ) from error
        if key != "new" or not 0 <= share <= WHOLE:
            raise OperatorError(f"{path} is damaged: `make traffic LEGACY=… NEW=…` writes it anew.")
        return share

    def change(self, share: int, why: str) -> bool:
        """Keep another share and have the running HAProxy decide by it from the next request on.

        The file comes first, so that a HAProxy that dies in between comes back with the new share.
        Nothing interrupts this half way.

        Returns:
            False when the gateway does not run; then the share holds from its next start.

        Raises:
            OperatorError: HAProxy runs and does not take it.
        """
        (self._folder / _LOCK).touch(mode=0o600)
        with _undisturbed(), exclusive(self._folder / _LOCK):
            before = self._kept()
            write_private(self._folder / SHARE_MAP, f"new {share}\n")
            self._note(before, share, why)
            return self._apply(share)

    def _apply(self, share: int) -> bool:
        deadline = time.monotonic() + _RESTART_PATIENCE
        while True:
            try:
                self._socket.set_share(share)
            except GatewayDownError as error:
                if not self._looked_after():
                    return False
                # It may be starting anew, with the old share already read.
                if time.monotonic() > deadline:
                    raise OperatorError(
                        f"The share is written down, but {error}: see `make gateway-status`."
                    ) from error
                time.sleep(0.05)
            else:
                return True

    def _looked_after(self) -> bool:
        state = read_state(self._folder)
        return state is not None and state.supervised()

    def _kept(self) -> int | None:
        try:
            return self.share()
        except OperatorError:
            return None

    def _note(self, before: int | None, after: int, why: str) -> None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        (self._folder / _HISTORY).touch(mode=0o600)
        with (self._folder / _HISTORY).open("a", encoding="utf-8") as history:
            history.write(json.dumps({"at": now, "from": before, "to": after, "why": why}) + "\n")


def history(folder: Path) -> list[dict[str, Any]]:
    """Every change of the share, the oldest first: when, from what to what (10,000ths), and why."""
    try:
        lines = (folder / _HISTORY).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith("}")]


def share_of_weights(legacy: str | None, new: str | None) -> int:
    """The share of 10,000 that two weights mean; with one left out, they are percent.

    Raises:
        OperatorError: They are no weights.
    """
    for name, text in (("LEGACY", legacy), ("NEW", new)):
        if text is not None and (not text.isdecimal() or int(text) > WHOLE):
            raise OperatorError(f"{name}={text} is no weight: give a whole number from 0 to {WHOLE}.")
    if legacy is None or new is None:
        known = int(legacy or new or 0)
        if known > 100:
            raise OperatorError("One weight alone is percent, from 0 to 100: give both, or less.")
        legacy, new = (str(100 - known), str(known)) if legacy is None else (str(known), str(100 - known))
    total = int(legacy) + int(new)
    if total == 0:
        raise OperatorError("LEGACY and NEW cannot both be 0: somebody has to answer.")
    return round(int(new) * WHOLE / total)


def percent(share: int) -> str:
    """A share of 10,000 in percent, such as ``2.5 %``."""
    return f"{share * 100 / WHOLE:g} %"


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Holds back the signals of a person or the machine until the block is done."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
