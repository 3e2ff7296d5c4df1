"""Records of the auth service are added to and never changed or removed."""

from collections.abc import Mapping
from typing import ClassVar

from common.testing.append_only import AppendOnlyRules


class TestAppendOnly(AppendOnlyRules):
