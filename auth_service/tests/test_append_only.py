"""Records of the auth service are added to and never changed or removed."""

from common.testing.append_only import AppendOnlyRules


class TestAppendOnly(AppendOnlyRules):
    """It has no others than every service has."""
