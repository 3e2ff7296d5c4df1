"""Records of the notification service are added to and never changed or removed."""

from collections.abc import Mapping
from typing import ClassVar

from common.testing.append_only import AppendOnlyRules


class TestAppendOnly(AppendOnlyRules):
    records: ClassVar[Mapping[str, frozenset[str]]] = {
        "delivery_logs": frozenset({"outcome", "error", "finished_at", "updated_at"})
    }
    others: ClassVar[Mapping[str, str]] = {
        "heard_events": "an inbox: its rows wait to be told of and are then forgotten",
    }
