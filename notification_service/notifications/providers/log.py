"""A provider for channels that nobody has bought yet: it writes into the log what it would send."""

from collections.abc import Generator, Iterable

import structlog

from notification_service.notifications.providers.base import Answer, Fate, Outgoing

log = structlog.get_logger(__name__)


class LoggingProvider:
    """Says who would get a notice. What it says and where to is personal, and stays out of the log."""

    def send(self, batch: Iterable[Outgoing]) -> Generator[Answer, None, None]:
        """Take everything."""
        for outgoing in batch:
            log.info(
                "notice would be sent",
                channel=outgoing.channel,
                notification_id=str(outgoing.notification_id),
                user_id=str(outgoing.user_id),
            )
            yield Answer(outgoing, Fate.TAKEN)
