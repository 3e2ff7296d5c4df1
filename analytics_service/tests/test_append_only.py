"""Records of the analytics service are added to and never changed or removed."""

from collections.abc import Mapping
from typing import ClassVar

from common.testing.append_only import AppendOnlyRules


class TestAppendOnly(AppendOnlyRules):
    others: ClassVar[Mapping[str, str]] = {
        "analytics_events": "a copy of what the logs of the others hold; the names of the erased are taken out of it",
    }
