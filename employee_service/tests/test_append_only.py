"""Records of the employee service are added to and never changed or removed."""

from collections.abc import Mapping
from typing import ClassVar

from common.testing.append_only import AppendOnlyRules


class TestAppendOnly(AppendOnlyRules):
    records: ClassVar[Mapping[str, frozenset[str]]] = {
        "employment_events": frozenset({"company_id", "old_salary", "new_salary"})
    }
