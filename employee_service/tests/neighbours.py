"""The auth and the company service as the create-employee saga meets them: they answer what is queued."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

from common.contracts.auth import ROLLBACK_USER_CREATION
from common.contracts.base import from_wire
from common.contracts.company import ROLLBACK_COMPANY_HEADCOUNT
from common.errors import DomainError
from common.sagas import engine
from common.sagas.outcomes import Answer, CommandMessage, Direction, Outcome
from common.testing.sagas import TestBroker

QUEUES = ("auth.saga", "company.saga")
UNDOING = (ROLLBACK_USER_CREATION, ROLLBACK_COMPANY_HEADCOUNT)
PAUSE = 0.005


class Neighbours:
    """They do what they are asked, except for the tasks in ``refusals``; ``asked`` is what came, in order."""

    def __init__(self, broker: TestBroker) -> None:
        self.broker = broker
        self.refusals: dict[str, DomainError] = {}
        self.asked: list[str] = []
        self.commands: dict[str, dict[str, Any]] = {}

    def work(self) -> None:
        """One round of this service's worker and of the two others."""
        engine.orchestrate()
        while self.broker.deliver_all() or self._answer_one():
            pass

    def _answer_one(self) -> bool:
        # Past this service's own guard: what is in these queues is for others.
        for name in QUEUES:
            item = self.broker.redis.rpop(name)
            if item is not None:
                message = json.loads(item)
                args = json.loads(base64.b64decode(message["body"]))[0]
                self._answer(message["headers"]["task"], args[0])
                return True
        return False

    def _answer(self, task: str, messages: list[dict[str, Any]]) -> None:
        answers = []
        for item in messages:
            message = from_wire(CommandMessage, item)
            self.asked.append(task)
            self.commands[task] = message.command
            refusal = self.refusals.get(task)
            outcome = Outcome.refused(refusal) if refusal is not None else Outcome.done()
            answers.append(
                Answer(
                    saga_id=message.saga_id,
                    step=message.step,
                    direction=Direction.UNDO if task in UNDOING else Direction.DO,
                    fence=message.fence,
                    status=outcome.status,
                    error=outcome.error,
                )
            )
        engine.record_answers(answers)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """While open, everybody works in the background, as their processes would."""
        stop = threading.Event()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                while not stop.wait(PAUSE):
                    self.work()
            except BaseException as error:
                failures.append(error)
            finally:
                connections.close_all()

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        if failures:
            raise failures[0]
