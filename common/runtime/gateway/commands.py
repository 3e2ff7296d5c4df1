"""What the gateway's commands in the Makefile do."""

import os
from pathlib import Path

from common.runtime import background
from common.runtime.blueprint import Blueprint
from common.runtime.errors import OperatorError
from common.runtime.gateway.admin_socket import AdminSocket, GatewayDownError
from common.runtime.gateway.companies import Company, all_companies
from common.runtime.gateway.configuration import LEGACY, new_backend
from common.runtime.gateway.cutover import Walk
from common.runtime.gateway.limits import Limits
from common.runtime.gateway.options import Options, remembered_options
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.statistics import Counts, Snapshot, between, take
from common.runtime.gateway.traffic import Traffic, history, percent, share_of_weights
from common.runtime.interruption import Interruption
from common.runtime.layout import SERVICES, VAR
from common.runtime.logs import log_path
from common.runtime.progress import Progress
from common.runtime.tables import table

STACK = VAR / "run"
_SHOWN_CHANGES = 5


def run(folder: Path) -> int:
    """Runs the gateway until a signal ends it; 0 after an orderly end, 130 when it was not up yet."""
    gateway = Gateway(folder)
    signals = Interruption()
    progress = Progress()
    ready = False
    try:
        options = gateway.start(os.environ, STACK)
        print(_welcome(options, gateway.traffic.share()), flush=True)
        gateway.mark_ready()
        ready = True
        gateway.wait()
    except KeyboardInterrupt:
        progress.say("Stopping: requests under way are finished (Ctrl-C once more: at once)")
    finally:
        signals.stopping = True
        gateway.stop(signals.hurry)
    progress.say("The gateway has ended")
    return 0 if ready else 130


def start(folder: Path) -> int:
    """Starts the gateway in the background and returns when it answers."""
    code = background.start(folder, ("common.runtime.gateway", "run", "--folder", str(folder)))
    if code == 0:
        print(
            f"It runs in the background; `make gateway-stop` ends it. Its log: {log_path(folder, 'gateway')}"
        )
    return code


def stop(folder: Path) -> int:
    """Ends the gateway, also after its supervisor was killed."""
    background.stop(folder, Progress(), "the gateway")
    return 0


def status(folder: Path) -> int:
    """Prints the share, what each side did since HAProxy's start, and the last changes."""
    options = remembered_options(folder)
    share = Traffic(folder).share()
    try:
        snapshot = take(AdminSocket(folder))
        decided = AdminSocket(folder).share() if options.legacy else share
    except GatewayDownError:
        print(f"The gateway does not run. At its next start: {_share_words(options, share)}")
        return 1
    print(_share_words(options, share))
    if decided != share:
        print(f"HAProxy still decides by {percent(decided)}: set the weights once more with `make traffic`.")
    print(f"\n{_counters(options, snapshot)}")
    for change in history(folder)[-_SHOWN_CHANGES:]:
        before = "?" if change["from"] is None else percent(change["from"])
        print(f"{change['at']}  {before} -> {percent(change['to'])}  {change['why']}")
    return 0 if decided == share and all(each.up for each in snapshot.backends.values()) else 1


def traffic(folder: Path, legacy: str | None, new: str | None) -> int:
    """Changes the weights at once; prints them when none is given."""
    options = remembered_options(folder)
    kept = Traffic(folder)
    if legacy is None and new is None:
        print(_share_words(options, kept.share()))
        return 0
    share = share_of_weights(legacy, new)
    if options.legacy is None:
        raise OperatorError("No old application is known: name it with `make gateway LEGACY_URL=…` first.")
    applied = kept.change(share, "traffic")
    print(
        _share_words(options, share) + ("" if applied else " The gateway does not run: from its next start.")
    )
    return 0


def cutover(folder: Path, limits: Limits, *, back: bool) -> int:
    """Walks to the new side; 1 when it went back by itself, 130 when it was interrupted where it stood."""
    options = remembered_options(folder)
    if options.legacy is None:
        raise OperatorError("No old application is known: name it with `make gateway LEGACY_URL=…` first.")
    share, progress = Traffic(folder), Progress()
    walk = Walk(share, AdminSocket(folder), limits, progress.say, lambda: _companies(options))
    Interruption()
    try:
        if back:
            walk.back()
            return 0
        if not walk.forward():
            return 1
    except KeyboardInterrupt:
        progress.say(
            f"Interrupted: the new side keeps {percent(share.share())} and nobody watches. "
            "`make cutover` goes on from there, `make cutover BACK=1` returns."
        )
        return 130
    progress.say(f"The walk is over: the new side has {percent(share.share())}")
    return 0


def _companies(options: Options) -> list[Company]:
    return all_companies(Blueprint(options.stack).dsn("company"))


def _welcome(options: Options, share: int) -> str:
    scheme = "https" if options.certificate else "http"
    return (
        f"\nGateway: {scheme}://{options.address}:{options.port}\n"
        f"Old application: {options.legacy or 'none'}\n"
        f"Services: {', '.join(f'{name} {where}' for name, where in options.services.items())}\n"
        f"{_share_words(options, share)}\n"
    )


def _share_words(options: Options, share: int) -> str:
    if options.legacy is None:
        return "There is no old application: everything goes to the new side."
    old = percent(10_000 - share)
    return f"Of the companies, {old} are on the old side and {percent(share)} on the new one."


def _counters(options: Options, snapshot: Snapshot) -> str:
    start = Snapshot(0.0, dict.fromkeys(snapshot.backends, Counts()))
    rows = []
    for name in (LEGACY, *map(new_backend, SERVICES)):
        counts = snapshot.backends.get(name)
        if counts is None or (name == LEGACY and options.legacy is None):
            continue
        seen = between(start, snapshot, name)
        rows.append(
            (
                name.replace("_", " "),
                "up" if counts.up else f"down ({counts.check})",
                str(seen.requests),
                str(seen.errors),
                str(seen.refused),
                str(counts.open),
                "" if not sum(seen.latency) else f"{seen.p95} ms" if seen.p95 else "over 5 s",
            )
        )
    head = ("side", "health", "requests", "errors", "refused", "under way", "95 % within")
    return table(head, rows) + "\n"
