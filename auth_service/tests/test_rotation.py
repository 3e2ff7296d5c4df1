"""A change of the key reaches every sealed value of the auth service."""

from common.testing.rotation import RotationRules


class TestRotation(RotationRules):
    """All of it is said there."""
