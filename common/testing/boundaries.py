"""Names every point where this process reads or writes something outside itself, and can stop it there.

The points are found by instrumenting the libraries, not placed by hand in the code under test: whatever
new input or output the code does appears in the next enumeration by itself.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

PUBLISH, COMMIT, STATEMENT, TASK, HTTP = "publish", "commit", "sql", "task", "http"


@dataclass
class Boundaries:
    """Counts boundaries as they are crossed; ``stop`` is called at the one that is armed."""

    stop: Callable[[str], None]
    kinds: frozenset[str]
    armed: str | None = None
    record: str | None = None
    """A file that gets a line for each boundary crossed."""
    crossed: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def cross(self, kind: str, label: str) -> None:
        """Pass a boundary; it is called ``label#n`` at its n-th passing."""
        if kind not in self.kinds:
            return
        with self._lock:
            self.counts[label] = self.counts.get(label, 0) + 1
            name = f"{label}#{self.counts[label]}"
            self.crossed.append(name)
            if self.record:
                with open(self.record, "a", encoding="utf-8") as lines:
                    lines.write(f"{name}\n")
        if name == self.armed:
            self.armed = None
            self.stop(name)


_active: Boundaries | None = None


def cross(kind: str, label: str) -> None:
    """Pass a boundary of the active enumeration, if there is one."""
    if _active is not None:
        _active.cross(kind, label)


@contextmanager
def enumerated(boundaries: Boundaries) -> Iterator[Boundaries]:
    """Count in ``boundaries`` while the block runs."""
    global _active  # noqa: PLW0603 - one enumeration a process
    install()
    _active = boundaries
    try:
        yield boundaries
    finally:
        _active = None


def activate(boundaries: Boundaries) -> None:
    """Count in ``boundaries`` for the rest of the process's life."""
    global _active  # noqa: PLW0603 - one enumeration a process
    install()
    _active = boundaries


def kill_process(_name: str) -> None:
    """The stop that cannot be caught."""
    os.kill(os.getpid(), signal.SIGKILL)


def freeze_process(_name: str) -> None:
    """Stand still until somebody sends SIGCONT, as on a machine that swaps or a paused virtual one."""
    os.kill(os.getpid(), signal.SIGSTOP)


def lose_connection(name: str) -> None:
    """Drop the database connection; whether the server has done what it was asked to, the code cannot know."""
    from django.db import OperationalError, connection

    if connection.connection is not None:
        connection.connection.close()
    raise OperationalError(f"The connection was lost {name}.")


STOPS: dict[str, Callable[[str], None]] = {
    "kill": kill_process,
    "freeze": freeze_process,
    "disconnect": lose_connection,
}


_installed = False


def install() -> None:
    """Instrument Django's database connections, Celery's publishing and tasks, and httpx; once."""
    global _installed  # noqa: PLW0603 - once a process
    if _installed:
        return
    _installed = True
    _instrument_database()
    _instrument_celery()
    _instrument_http()


def _here() -> str:
    """What the code at work is part of: a task, a thread of the relay, or neither."""
    from celery import current_task

    if (task := current_task._get_current_object()) is not None:  # type: ignore[attr-defined]
        return str(task.name)
    thread = threading.current_thread()
    return "main" if thread is threading.main_thread() else thread.name


def _around(kind: str, label: str, call: Callable[[], Any]) -> Any:
    cross(kind, f"before {label}")
    result = call()
    cross(kind, f"after {label}")
    return result


def _instrument_database() -> None:
    from django.db import connections
    from django.db.backends.postgresql.base import DatabaseWrapper

    wrapper: Any = DatabaseWrapper
    plain_commit = wrapper._commit

    def commit(self: DatabaseWrapper) -> Any:
        return _around(COMMIT, f"commit in {_here()}", lambda: plain_commit(self))

    wrapper._commit = commit

    def wrap(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        # A savepoint's name differs from run to run.
        words = [word for word in str(sql).split() if not word.startswith('"s')][:3]
        return _around(STATEMENT, " ".join(words), lambda: execute(sql, params, many, context))

    plain_connect = wrapper.connect

    def connect(self: DatabaseWrapper) -> None:
        # What is asked as soon as a connection stands belongs to connecting, and nothing was written yet.
        if wrap in self.execute_wrappers:
            self.execute_wrappers.remove(wrap)
        plain_connect(self)
        self.execute_wrappers.insert(0, wrap)

    wrapper.connect = connect
    for connection in connections.all(initialized_only=True):
        connection.execute_wrappers.insert(0, wrap)


def _instrument_celery() -> None:
    from celery import Celery, signals

    application: Any = Celery
    plain_send = application.send_task

    def send_task(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        return _around(PUBLISH, f"publish {name}", lambda: plain_send(self, name, *args, **kwargs))

    application.send_task = send_task

    def on_start(task: Any, **_kwargs: Any) -> None:
        cross(TASK, f"received {task.name}")

    def on_end(task: Any, **_kwargs: Any) -> None:
        # Runs before the late acknowledgement.
        cross(TASK, f"unacknowledged {task.name}")

    signals.task_prerun.connect(on_start, weak=False)
    signals.task_postrun.connect(on_end, weak=False)


def _instrument_http() -> None:
    import httpx

    plain_send = httpx.Client.send

    def send(self: httpx.Client, request: httpx.Request, **kwargs: Any) -> httpx.Response:
        response: httpx.Response = _around(
            HTTP, f"{request.method} {request.url.path}", lambda: plain_send(self, request, **kwargs)
        )
        return response

    httpx.Client.send = send  # type: ignore[method-assign]
