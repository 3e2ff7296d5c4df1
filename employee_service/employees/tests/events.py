"""What was published, for assertions."""

from typing import Any

from common.messaging.models import EventRecord


def published() -> list[tuple[str, dict[str, Any]]]:
    """Type and payload of every event in sight, oldest first."""
    return list(EventRecord.objects.order_by("id").values_list("type", "payload"))


def types() -> list[str]:
    """The types of the events in sight, oldest first."""
    return [name for name, _payload in published()]
