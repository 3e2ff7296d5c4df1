"""Asks services whether they are well."""

import http.client
import time
from collections.abc import Mapping
from typing import Final

from common.runtime.managed import ManagedProcess
from common.runtime.progress import Step

_PAUSE: Final = 0.1


def answers(port: int, timeout: float = 3.0) -> bool:
    """Whether GET /health on 127.0.0.1 answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def wait_all(
    ports: Mapping[str, int], webs: Mapping[str, ManagedProcess], step: Step, timeout: float
) -> list[str]:
    """Waits until every service answers; returns those that do not when time is up or one keeps dying."""
    waiting = dict(ports)
    deadline = time.monotonic() + timeout
    while waiting and time.monotonic() < deadline:
        for name in [name for name, port in waiting.items() if answers(port)]:
            del waiting[name]
            step.detail = f"{len(ports) - len(waiting)} of {len(ports)} answer"
        if any(webs[name].crash_looping for name in waiting if name in webs):
            break
        if waiting:
            time.sleep(_PAUSE)
    return list(waiting)
