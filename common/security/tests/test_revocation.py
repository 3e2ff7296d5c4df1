"""What was revoked is refused at the next request."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.conf import settings
from django.utils import timezone

from common.api.tests.types import Api, Tokens
from common.contracts.auth import SessionRevoked, UserDeactivated, UserDeleted
from common.messaging.envelopes import EventMeta
from common.security import consumers
from common.security.models import RevokedSession, RevokedUser
from common.security.services import KEPT_AT_LEAST, revoke_session, revoke_user
from common.security.tasks import clear_browser_sessions, purge_revocations_daily

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]


def meta() -> EventMeta:
    return EventMeta(
        id=uuid4(),
        type="user.deleted",
        position=1,
        producer="auth",
        company_id=None,
        aggregate_id=uuid4(),
        version=1,
        occurred_at=timezone.now(),
        actor_id=None,
        saga_id=None,
    )


def test_a_revoked_session_is_refused_and_another_is_not(api: Api, person_token: Tokens) -> None:
    person, ended = uuid4(), uuid4()
    token = person_token(company_id=uuid4(), user_id=person, session_id=ended)
    other = person_token(company_id=uuid4(), user_id=person)
    assert api(token).get("/scope").status_code == 200
    event = SessionRevoked(session_id=ended, user_id=person, expires_at=timezone.now(), reason="test")
    consumers.session_revoked(event, meta())
    assert api(token).get("/scope").status_code == 401
    assert api(other).get("/scope").status_code == 200


def test_what_a_deactivated_person_had_is_refused_and_later_tokens_are_not(
    api: Api, person_token: Tokens
) -> None:
    person = uuid4()
    token = person_token(company_id=uuid4(), user_id=person)
    before = datetime.now(UTC) - timedelta(minutes=1)
    consumers.user_deactivated(UserDeactivated(user_id=person, at=before), meta())
    assert api(token).get("/scope").status_code == 200
    consumers.user_deactivated(UserDeactivated(user_id=person, at=timezone.now()), meta())
    assert api(token).get("/scope").status_code == 401


def test_what_a_deleted_person_had_is_refused(api: Api, person_token: Tokens) -> None:
    person = uuid4()
    token = person_token(company_id=uuid4(), user_id=person)
    consumers.user_deleted(UserDeleted(user_id=person), meta())
    assert api(token).get("/scope").status_code == 401


def test_of_an_account_that_an_import_took_back_nothing_is_kept() -> None:
    consumers.user_deleted(UserDeleted(user_id=uuid4(), source="import"), meta())
    assert not RevokedUser.objects.exists()


def test_events_that_come_twice_or_late_never_shorten_a_revocation() -> None:
    session, person = uuid4(), uuid4()
    late, early = timezone.now(), timezone.now() - timedelta(hours=1)
    for when in (late, early, late):
        revoke_session(session_id=session, expires_at=when)
        revoke_user(user_id=person, before=when)
    assert RevokedSession.objects.get().expires_at == late
    assert RevokedUser.objects.get().before == late


def test_revocations_are_forgotten_when_nothing_can_match_them() -> None:
    long_ago = timezone.now() - KEPT_AT_LEAST - timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)
    old, young = uuid4(), uuid4()
    for id_, when in ((old, long_ago), (young, long_ago + timedelta(minutes=2))):
        revoke_session(session_id=id_, expires_at=when)
        revoke_user(user_id=id_, before=when)
    purge_revocations_daily()
    assert RevokedSession.objects.get().pk == young
    assert RevokedUser.objects.get().pk == young


def test_browser_sessions_that_expired_are_forgotten() -> None:
    from django.contrib.sessions.models import Session

    Session.objects.create(session_key="old", session_data="", expire_date=timezone.now() - timedelta(days=1))
    clear_browser_sessions()
    assert not Session.objects.exists()
