"""A change of the key reaches every sealed value of the analytics service."""

from common.testing.rotation import RotationRules


class TestRotation(RotationRules):
    """All of it is said there."""
