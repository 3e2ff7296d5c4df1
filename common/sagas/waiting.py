"""Lets many requests wait for their sagas with one query for all of them.

LISTEN/NOTIFY would be quicker still but does not pass a pooler in transaction mode.
"""

import threading
import time
from concurrent.futures import Future
from uuid import UUID

import structlog
from django.db import connection

from common.sagas.models import SagaState

INTERVAL = 0.025
IDLE_SECONDS = 30.0
log = structlog.get_logger(__name__)


class SagaWaiter:
    """One thread of this process watches all sagas that its requests wait for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[UUID, list[Future[SagaState]]] = {}
        self._thread: threading.Thread | None = None

    def wait(self, saga_id: UUID, seconds: float) -> SagaState | None:
        """Block until the saga is no longer live; its state then, None when ``seconds`` have passed before."""
        state: Future[SagaState] = Future()
        with self._changed:
            self._waiting.setdefault(saga_id, []).append(state)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="saga-waiter", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            return state.result(seconds)
        except TimeoutError:
            return None
        finally:
            with self._changed:
                others = self._waiting.get(saga_id, [])
                if state in others:
                    others.remove(state)
                if not others:
                    self._waiting.pop(saga_id, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._waiting and not self._changed.wait(IDLE_SECONDS) and not self._waiting:
                    self._thread = None
                    break
                ids = list(self._waiting)
            try:
                for saga_id, state in self._ended(ids) if ids else ():
                    self._wake(saga_id, state)
            except Exception:
                log.exception("waiting for sagas failed")
                connection.close()
            time.sleep(INTERVAL)
        connection.close()

    @staticmethod
    def _ended(ids: list[UUID]) -> list[tuple[UUID, str]]:
        """Those of ``ids`` that are no longer live, with their states. One round trip: it is done often."""
        chosen = ", ".join(f"'{saga_id}'" for saga_id in ids)
        connection.ensure_connection()
        cursor = connection.connection.execute(
            "BEGIN READ ONLY; SELECT set_config('app.all_companies', 'on', true);"
            f" SELECT id, state FROM sagas WHERE id IN ({chosen}) AND state NOT IN ('running', 'compensating'); COMMIT"
        )
        cursor.nextset()
        cursor.nextset()
        ended: list[tuple[UUID, str]] = cursor.fetchall()
        return ended

    def _wake(self, saga_id: UUID, state: str) -> None:
        with self._changed:
            for waiting in self._waiting.pop(saga_id, []):
                waiting.set_result(SagaState(state))


waiter = SagaWaiter()
