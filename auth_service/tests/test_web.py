"""Every answer and every page keeps what browsers are told."""

import pytest
from django.test import Client

from auth_service.users.tests.factories import PASSWORD, member
from common.testing.web import WebRules


class TestWeb(WebRules):
    """See WebRules."""

    kept = frozenset({"/.well-known/jwks.json"})

    @pytest.fixture
    def staff(self) -> Client:
        """This service's own staff are its users."""
        client = Client(raise_request_exception=False)
        user = member(None, "super_admin")
        answer = client.post("/admin/login/?next=/admin/", {"username": user.email, "password": PASSWORD})
        assert answer.status_code == 302
        return client
