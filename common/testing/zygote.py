"""Starts a service's worker or relay within milliseconds, so that tests can afford to kill many.

``python -m common.testing.zygote SERVICE`` loads the project once, without connections or threads, and then
forks a child for each command on standard input: ``{"run": "worker", "arm": "before commit in …#1", "how":
"kill"}``. It answers with the child's process id, and reports each death (``{"pid": …, "signal": 9}``) and
each child that was stopped by a signal but lives.
"""

import ctypes
import json
import os
import select
import signal
import sys
from typing import Any

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Serve commands until standard input ends."""
    service = sys.argv[1]
    app = _load(service)
    # A dead child wakes the select below.
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _say({"ready": service})
    while True:
        readable, _, _ = select.select([0, read_end], [], [])
        if read_end in readable:
            os.read(read_end, 4096)
            _reap()
        if 0 in readable:
            line = _line()
            if not line:
                return
            command = json.loads(line)
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _run(service, app, command)
                os._exit(0)
            _say({"started": pid})


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(message)}\n")
    sys.stdout.flush()


def _line() -> bytes:
    """One line of standard input, unbuffered: a buffer would hide the next one from select."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return b""
        line += byte
    return line


def _load(service: str) -> Any:
    os.environ["DJANGO_SETTINGS_MODULE"] = f"{service}_service.settings"
    import django

    django.setup()
    from django.conf import settings

    from common.conf.celery import load_app

    return load_app(settings.SERVICE)


def _reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            _say({"stopped": pid})
            continue
        report = {"pid": pid, "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}
        _say({"ended": report})


def _run(service: str, app: Any, command: dict[str, Any]) -> None:
    from django.core.management import call_command

    from common.conf.celery import queues
    from common.testing.boundaries import STOPS, Boundaries, activate

    # Linux only; elsewhere a killed test run leaves its children to be swept with the stack.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    activate(
        Boundaries(
            stop=STOPS[command.get("how", "kill")],
            kinds=frozenset(command.get("kinds", ())),
            armed=command.get("arm"),
            record=command.get("record"),
        )
    )
    if command["run"] == "relay":
        call_command("relay")
        return
    options = [
        "--pool",
        "solo",
        "--loglevel",
        "warning",
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]
    app.worker_main(["worker", "--queues", ",".join(queues(service)), "-n", f"{service}@zygote", *options])


if __name__ == "__main__":
    main()
