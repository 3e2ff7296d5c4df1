"""Lets many requests wait for their sagas with one query for all of them.

LISTEN/NOTIFY would be quicker still but does not pass a pooler in transaction mode.
"""

import threading
import time
from uuid import UUID

import structlog
from django.db import connection

INTERVAL = 0.025
IDLE_SECONDS = 30.0
log = structlog.get_logger(__name__)


class SagaWaiter:
    """One thread of this process watches all sagas that its requests wait for."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: dict[UUID, list[threading.Event]] = {}
        self._thread: threading.Thread | None = None

    def wait(self, saga_id: UUID, seconds: float) -> bool:
        """Block until the saga is no longer live or ``seconds`` have passed; returns whether it is no longer live."""
        event = threading.Event()
        with self._changed:
            self._waiting.setdefault(saga_id, []).append(event)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._watch, name="saga-waiter", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            return event.wait(seconds)
        finally:
            with self._changed:
                events = self._waiting.get(saga_id, [])
                if event in events:
                    events.remove(event)
                if not events:
                    self._waiting.pop(saga_id, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._waiting and not self._changed.wait(IDLE_SECONDS) and not self._waiting:
                    self._thread = None
                    break
                ids = list(self._waiting)
            try:
                for saga_id in self._ended(ids) if ids else ():
                    self._wake(saga_id)
            except Exception:
                log.exception("waiting for sagas failed")
                connection.close()
            time.sleep(INTERVAL)
        connection.close()

    @staticmethod
    def _ended(ids: list[UUID]) -> list[UUID]:
        """Those of ``ids`` that are no longer live. One round trip: this runs many times a second."""
        chosen = ", ".join(f"'{saga_id}'" for saga_id in ids)
        connection.ensure_connection()
        cursor = connection.connection.execute(
            "BEGIN READ ONLY; SELECT set_config('app.all_companies', 'on', true);"
            f" SELECT id FROM sagas WHERE id IN ({chosen}) AND state NOT IN ('running', 'compensating'); COMMIT"
        )
        cursor.nextset()
        cursor.nextset()
        return [row[0] for row in cursor.fetchall()]

    def _wake(self, saga_id: UUID) -> None:
        with self._changed:
            for event in self._waiting.get(saga_id, []):
                event.set()


waiter = SagaWaiter()
