"""Services' commands as forks of this process, which has loaded once what all of them need.

Python, Django and the libraries take most of a second of a processor to load, for each service and each report:
half of the time that a small file takes. A fork is made before this process has threads, and waits to be told
what to do; then it is in nothing different from a process that was started for it.
"""

import gc
import importlib
import json
import os
import random
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from common.runtime.layout import ROOT

# What every command loads and nothing of it asks for settings, which are each service's own.
_LOADED: Final = (
    "celery.app.base",
    "cryptography.hazmat.primitives.ciphers.aead",
    "django.contrib.postgres.fields",
    "django.contrib.postgres.indexes",
    "django.core.management",
    "django.db.backends.postgresql.base",
    "django.forms",
    "django.template",
    "django.urls",
    "jwt",
    "msgspec",
    "prometheus_client",
    "redis",
    "rest_framework.serializers",
    "structlog",
)
_FIRST_FREE: Final = 3


class Offspring:
    """A process that waits for its command, a service's ``manage.py`` with arguments."""

    def __init__(self, pid: int, mouth: int, ear: int) -> None:
        self._pid = pid
        self._mouth = mouth
        self._ear = ear

    def begin(
        self, service: str, arguments: Sequence[str], *, env: Mapping[str, str], output: Path | None = None
    ) -> None:
        """Let it run the command in exactly this environment; ``output`` gets what it says, else ours does."""
        told = {
            "service": service,
            "arguments": list(arguments),
            "env": dict(env),
            "output": str(output) if output else "",
        }
        with os.fdopen(self._mouth, "w", encoding="utf-8") as mouth:
            self._mouth = -1
            json.dump(told, mouth)

    def complaints(self) -> Iterator[str]:
        """The lines of its standard error, until it ends."""
        with os.fdopen(self._ear, encoding="utf-8", errors="replace") as ear:
            self._ear = -1
            yield from ear

    def wait(self) -> int:
        """Its exit code, negative when a signal ended it; one that was told nothing ends at once."""
        for left in (self._mouth, self._ear):
            if left >= 0:
                os.close(left)
        self._mouth = self._ear = -1
        _pid, status = os.waitpid(self._pid, 0)
        return os.waitstatus_to_exitcode(status)


def fork_many(count: int) -> list[Offspring]:
    """That many of them; this process must have no threads yet."""
    for name in _LOADED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()
    sys.stdout.flush()
    sys.stderr.flush()
    return [_fork() for _number in range(count)]


def _fork() -> Offspring:
    told, mouth = os.pipe()
    ear, said = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.dup2(told, 0)
        os.dup2(said, 2)
        # Locks and pipes of this process and of the forks before are none of its business.
        os.closerange(_FIRST_FREE, os.sysconf("SC_OPEN_MAX"))
        _live()
    os.close(told)
    os.close(said)
    return Offspring(pid, mouth, ear)


def _live() -> NoReturn:
    code = 1
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        with os.fdopen(0, encoding="utf-8", closefd=False) as ear:
            told = ear.read()
        code = _run(json.loads(told)) if told else 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # Without what this process was to do at its end: that is the parent's.
        os._exit(code)


def _run(told: Mapping[str, Any]) -> int:
    """Run the command as ``manage.py`` would."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if told["output"]:
        os.dup2(os.open(told["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666), 1)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False)
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(told["env"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"{told['service']}_service.settings")
    sys.path[0] = str(ROOT)
    sys.argv = [f"{told['service']}_service/manage.py", *told["arguments"]]
    random.seed()
    # Imported here because nothing else of this module needs the installed packages.
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return int(end.code or 0)
    return 0
