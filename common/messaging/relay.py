"""The relay process: sequencer, sender, feed poll, saga poll and Celery beat, each in a thread of its own.

They are apart because none may wait for another: a broker that hangs must not stop the sequencer, and a
producer that does not answer must not stop the sender.
"""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from celery.beat import EmbeddedService
from django.conf import settings
from django.db import close_old_connections, connections

from common.conf.celery import load_app
from common.messaging import doorbell
from common.messaging.poller import Poller
from common.messaging.pull import FeedUnavailableError, producers
from common.messaging.sender import BrokerWatch, Sender
from common.messaging.sequencer import BATCH, sequence
from common.sagas.poll import expedite_waiting, ring_orchestrator

TICK = 0.5
POLL = 1.0
BROKER_CHECK = 0.5
GATHER = 0.015
"""Seconds between two batches at the least: a batch costs every service some milliseconds, however small it is."""
HELD_BACK = 0.05
"""Seconds until a subscriber that was too busy is looked at again."""
MAX_PAUSE = 10.0
log = structlog.get_logger(__name__)


class Pace:
    """Lets what is rare happen at once, and what is not at most every ``seconds``."""

    def __init__(self, seconds: float, over: threading.Event) -> None:
        self._seconds = seconds
        self._over = over
        self._last = 0.0

    def keep(self) -> None:
        """Wait until it may happen again; shorter when ``over`` is set."""
        pause = self._last + self._seconds - time.monotonic()
        if pause > 0:
            self._over.wait(pause)
        self._last = time.monotonic()


class Relay:
    """Runs until :meth:`stop`; killing it at any moment loses nothing."""

    def __init__(self, beat_schedule_file: str) -> None:
        self._stopping = threading.Event()
        self._events = threading.Event()
        self._sagas = threading.Event()
        self._doorbell = doorbell.Doorbell()
        self._pace_of_events = Pace(GATHER, self._stopping)
        self._pace_of_sagas = Pace(GATHER, self._stopping)
        self._sender = Sender()
        self._watch = BrokerWatch()
        self._has_looked = False
        # In a thread; it looks every second whether it is to stop. Its file keeps when each job last ran, so
        # that what fell due while nothing ran is made up for at the next start.
        self._beat: Any = EmbeddedService(
            load_app(settings.SERVICE), max_interval=1, thread=True, schedule_filename=beat_schedule_file
        )
        self._threads = [
            threading.Thread(target=self._loop, args=args, name=args[0], daemon=True)
            for args in (
                ("sequencer", self._sequence),
                ("sender", self._send),
                ("broker-watch", self._watch_broker),
                ("saga-poll", self._poll_sagas),
                *((f"poll-{producer}", self._poller(producer)) for producer in producers()),
            )
        ]

    def run(self) -> None:
        """Work until stopped."""
        for thread in self._threads:
            thread.start()
        self._beat.start()
        self._stopping.wait()
        self._beat.stop()
        for thread in self._threads:
            thread.join(timeout=5)
        self._doorbell.close()

    def stop(self) -> None:
        """Make :meth:`run` return soon."""
        self._stopping.set()
        self._events.set()
        self._sagas.set()

    def _loop(self, name: str, work: Callable[[], None]) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                close_old_connections()
                work()
                pause = 0.0
            except FeedUnavailableError as error:
                pause = self._longer(pause)
                log.warning("feed unavailable", loop=name, reason=str(error), again_in=round(pause, 1))
            except Exception:
                pause = self._longer(pause)
                log.exception("relay loop failed", loop=name, again_in=round(pause, 1))
                connections.close_all()
        connections.close_all()

    @staticmethod
    def _longer(pause: float) -> float:
        return min(MAX_PAUSE, max(0.2, pause * 2)) * random.uniform(0.8, 1.2)  # noqa: S311 - jitter

    def _sequence(self) -> None:
        kinds = self._doorbell.wait(TICK)
        if doorbell.SAGAS in kinds:
            self._sagas.set()
        self._pace_of_events.keep()
        stamped = BATCH
        while stamped == BATCH:
            _, stamped = sequence()
            if stamped:
                self._events.set()

    def _send(self) -> None:
        self._events.wait(TICK)
        self._events.clear()
        self._sender.send()
        if self._sender.held_back:
            self._stopping.wait(HELD_BACK)
            self._events.set()

    def _watch_broker(self) -> None:
        self._stopping.wait(BROKER_CHECK)
        first_look, self._has_looked = not self._has_looked, True
        if self._watch.lost_memory():
            if first_look:
                log.info("the broker starts empty")
            else:
                log.error("the broker has lost its messages: sending again")
            self._sender.forget()
            self._events.set()
            expedite_waiting()
            self._sagas.set()

    def _poll_sagas(self) -> None:
        self._sagas.wait(TICK)
        self._pace_of_sagas.keep()
        self._sagas.clear()
        ring_orchestrator()

    def _poller(self, producer: str) -> Callable[[], None]:
        poller = Poller(producer)

        def poll() -> None:
            poller.poll()
            self._stopping.wait(POLL)

        return poll
