"""Every answer and every page keeps what browsers are told."""

from common.testing.web import WebRules


class TestWeb(WebRules):
    """See WebRules."""
