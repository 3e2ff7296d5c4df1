"""A service that somebody has taken over answers for its part of a package, or of an erasure."""

from typing import Any
from uuid import uuid4

import pytest

from common.privacy.subjects import Order, Subject
from common.security.exchange import Limits
from common.testing.hostile import HOSTILE_ANSWERS, hostile
from employee_service.person_requests.services.asking import NoAnswerError, erasure_ask, holdings_ask


@pytest.mark.timeout(60)
@pytest.mark.parametrize("what", HOSTILE_ANSWERS)
def test_whatever_it_says_it_is_asked_again_later(
    settings: Any, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr("employee_service.person_requests.services.asking.LIMITS", Limits(0.5, 100_000))
    subject = Subject(company_id=uuid4(), employee_id=uuid4(), user_id=uuid4())
    order = Order(request_id=uuid4(), subject=subject, keep_until=None, account=False)
    with hostile(HOSTILE_ANSWERS[what]).running() as peer:
        settings.SERVICE_URLS = {**settings.SERVICE_URLS, "document": peer.url}
        with pytest.raises(NoAnswerError, match=r"^document"):
            holdings_ask("document", subject, "en")
        with pytest.raises(NoAnswerError, match=r"^document"):
            erasure_ask("document", order)
