"""The slow poll that backs the doorbell."""

from common.messaging.models import Cursor
from common.messaging.pull import fetch, pull


class Poller:
    """Pulls a producer's events when nobody else applies them.

    While the cursor moves, the worker is at it, and two who apply the same events only wait for each other.
    """

    def __init__(self, producer: str) -> None:
        self._producer = producer
        self._before: int | None = None

    def poll(self) -> None:
        """Pull if the cursor stands where it stood before, else only tell the producer how far it is.

        Raises FeedUnavailableError when the producer does not answer.
        """
        cursor = Cursor.objects.filter(producer=self._producer).first()
        position = cursor.position if cursor else 0
        if self._before is not None and position != self._before:
            self._before = position
            fetch(self._producer, after=position, limit=1)
        else:
            self._before = pull(self._producer)
