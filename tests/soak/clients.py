"""Sixty-four clients that hire people and do not give up: they repeat with the same key until they know."""

import http
import queue
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from common.runtime.client import Answer, Client, SignIn, UnansweredError
from tests.soak.plan import Hire, Manner

THREADS = 64
PATIENCE = 180.0
"""Seconds until a client reports that it got no answer."""
HANGS_UP_AFTER = 0.15
PAUSE = 0.2


@dataclass(frozen=True)
class Result:
    """What became of a hire for its client; ``answer`` is None when it never got one."""

    hire: Hire
    answer: Answer | None
    seconds: float
    tries: int
    same_again: bool
    """Whether the same request with the same key was answered the same afterwards."""


@dataclass
class Crowd:
    """The clients. ``results`` grows while they work."""

    urls: Mapping[str, str]
    sign_in: SignIn
    results: list[Result] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)

    def carry_out(self, hires: Sequence[Hire]) -> None:
        """Has all of them carried out; returns when every client is done."""
        todo: queue.SimpleQueue[Hire] = queue.SimpleQueue()
        for hire in hires:
            todo.put(hire)
        threads = [threading.Thread(target=self._work, args=(todo,), daemon=True) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _work(self, todo: "queue.SimpleQueue[Hire]") -> None:
        client = Client(self.urls, self.sign_in)
        hasty = Client(self.urls, self.sign_in, timeout=HANGS_UP_AFTER)
        try:
            while True:
                self.results.append(self._one(todo.get_nowait(), client, hasty))
        except queue.Empty:
            client.close()
            hasty.close()

    def _one(self, hire: Hire, client: Client, hasty: Client) -> Result:
        began = time.monotonic()
        tries = 0
        answer: Answer | None = None
        while answer is None and time.monotonic() - began < PATIENCE:
            first_of_hasty = tries == 0 and hire.manner is Manner.IMPATIENT
            answer = self._try(hire, hasty if first_of_hasty else client, hire.manner)
            tries += 1
            if answer is None:
                time.sleep(PAUSE)
        seconds = time.monotonic() - began
        again = self._try(hire, client, Manner.WAITING) if answer else None
        same = bool(answer and again and (again.status, _told(again)) == (answer.status, _told(answer)))
        return Result(hire, answer, seconds, tries, same)

    def _try(self, hire: Hire, client: Client, manner: Manner) -> Answer | None:
        """The final answer, or None when it is not there yet or was lost."""
        headers = {"Idempotency-Key": hire.key}
        if manner is Manner.ASYNC:
            headers["Prefer"] = "respond-async"
        try:
            answer = client.call("employee", "POST", "/employees", hire.body, headers)
            if answer.status == http.HTTPStatus.ACCEPTED:
                self._await(client, answer.headers["location"])
                return None if manner is Manner.WAITING else self._try(hire, client, Manner.WAITING)
        except UnansweredError as error:
            self.troubles[str(error).split(": ")[1]] += 1
            return None
        if answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR and answer.error_code != "SAGA_DEADLINE":
            self.troubles[f"{answer.status} {answer.error_code}"] += 1
            return None
        return answer

    @staticmethod
    def _await(client: Client, address: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            saga = client.call("employee", "GET", address).body.get("saga", {})
            if saga.get("state") not in ("running", "compensating"):
                return
            time.sleep(PAUSE)


def _told(answer: Answer) -> object:
    """The answer without the moment it was given."""
    return {name: value for name, value in answer.body.items() if name != "timestamp"}
