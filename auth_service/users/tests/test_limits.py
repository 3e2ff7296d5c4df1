"""Guessing is slow: by account and by address, in all processes, with Redis and without."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.cache import cache
from django.utils import timezone
from django_redis import get_redis_connection

from auth_service.users.exceptions import TooManyAttemptsError
from auth_service.users.models import SignInAttempts
from auth_service.users.services.attempts import attempt_begin, attempt_succeeded
from auth_service.users.services.limits import (
    ACCOUNT,
    ADDRESS,
    LINKS,
    LONGEST,
    MAILS,
    MAILS_TO_ONE,
    REGISTRATIONS,
    Limit,
    limit_count,
    limit_take_back,
    limits_purge,
)
from auth_service.users.tests.factories import PASSWORD, member, sign_in
from common.testing.threads import run_all

Api = Callable[..., Any]
FEW = Limit("few", 3, timedelta(minutes=1))
SURE = Limit("sure", 3, timedelta(minutes=1), durable=True)


@pytest.fixture
def without_redis(settings: Any) -> None:
    """Nobody listens where the cache should be."""
    default = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/1"}
    settings.CACHES = {**settings.CACHES, "default": default}


def taken(limit: Limit, who: str, times: int) -> list[bool]:
    """Which of so many times were within the limit."""
    results = []
    for _ in range(times):
        try:
            limit_count(limit, who)
        except TooManyAttemptsError:
            results.append(False)
        else:
            results.append(True)
    return results


def login(api: Api, email: str, password: str, address: str, **headers: str) -> Any:
    body = {"email": email, "password": password}
    return api().post("/login", body, REMOTE_ADDR=address, **headers)


@pytest.mark.django_db
def test_beyond_the_limit_it_is_refused_until_the_window_is_over() -> None:
    assert taken(FEW, "somebody", 5) == [True] * 3 + [False] * 2
    with pytest.raises(TooManyAttemptsError) as refused:
        limit_count(FEW, "somebody")
    assert 0 < refused.value.retry_after <= 60
    assert taken(FEW, "somebody else", 1) == [True]


@pytest.mark.django_db
def test_a_counter_always_ends() -> None:
    limit_count(FEW, "somebody")
    limit_take_back(FEW, "nobody")
    redis = get_redis_connection("default")
    kept = list(redis.scan_iter(cache.make_key("limit:*")))
    assert len(kept) == 1
    assert all(0 < redis.pttl(key) <= 60_000 for key in kept)
    assert b"somebody" not in kept[0]


def test_parallel_attempts_do_not_slip_through(committed_db: None) -> None:
    for limit in (FEW, SURE):
        results = run_all([lambda limit=limit: taken(limit, "somebody", 2)] * 5)  # type: ignore[misc]
        assert sum(ok for result in results for ok in result) == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("without_redis")
@pytest.mark.parametrize("limit", [FEW, SURE], ids=["few", "sure"])
def test_without_redis_postgresql_counts(limit: Limit) -> None:
    assert taken(limit, "somebody", 4) == [True] * 3 + [False]
    limit_take_back(limit, "somebody")
    limit_take_back(limit, "somebody")
    assert taken(limit, "somebody", 2) == [True, False]


@pytest.mark.django_db
def test_emptying_redis_opens_no_account() -> None:
    assert taken(SURE, "somebody", 4) == [True] * 3 + [False]
    cache.clear()
    assert taken(SURE, "somebody", 1) == [False]


@pytest.mark.django_db
def test_counters_of_the_table_are_deleted_when_they_are_over() -> None:
    limit_count(SURE, "old")
    SignInAttempts.objects.update(since=timezone.now() - LONGEST - timedelta(seconds=1))
    limit_count(SURE, "young")
    assert limits_purge() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("redis", ["with redis", "without redis"])
def test_a_hundred_wrong_passwords_close_an_address_for_all_accounts(
    api: Api, company_id: UUID, redis: str, request: pytest.FixtureRequest
) -> None:
    if redis == "without redis":
        request.getfixturevalue("without_redis")
    user = member(company_id)
    for number in range(ADDRESS.times):
        attempt_begin(f"person{number // 5}@example.com", "203.0.113.7")
    closed = login(api, user.email, PASSWORD, "203.0.113.7")
    assert closed.status_code == 429
    assert 0 < int(closed["Retry-After"]) <= 15 * 60
    assert login(api, user.email, PASSWORD, "203.0.113.8").status_code == 200


@pytest.mark.django_db
def test_right_passwords_use_nothing_up(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    for _ in range(ADDRESS.times - 1):
        limit_count(ADDRESS, "203.0.113.7")
    for _ in range(3):
        assert login(api, user.email, PASSWORD, "203.0.113.7").status_code == 200


@pytest.mark.django_db
def test_an_account_stays_closed_from_whatever_address_and_with_whatever_header(
    api: Api, company_id: UUID
) -> None:
    user = member(company_id)
    statuses = [
        login(api, user.email, "wrong", f"203.0.113.{n}", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code
        for n in range(ACCOUNT.times + 1)
    ]
    assert statuses == [401] * 10 + [429]
    assert login(api, user.email, PASSWORD, "203.0.113.99").status_code == 429


@pytest.mark.django_db
def test_a_header_of_the_clients_own_does_not_make_another_address(api: Api) -> None:
    for _ in range(ADDRESS.times):
        limit_count(ADDRESS, "203.0.113.7")
    headers = {"HTTP_X_FORWARDED_FOR": "198.51.100.1"}
    assert login(api, "a@example.com", "wrong", "203.0.113.7", **headers).status_code == 429


@pytest.mark.django_db
def test_our_own_proxy_is_nobody_and_its_clients_are_told_apart(api: Api, settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for number in range(ADDRESS.times):
        attempt_begin(f"person{number}@example.com", "127.0.0.1")
        limit_count(ADDRESS, "198.51.100.1")
    behind = {"HTTP_X_FORWARDED_FOR": "198.51.100.1"}
    assert login(api, "x@example.com", "wrong", "127.0.0.1", **behind).status_code == 429
    behind = {"HTTP_X_FORWARDED_FOR": "198.51.100.2"}
    assert login(api, "x@example.com", "wrong", "127.0.0.1", **behind).status_code == 401


@pytest.mark.django_db
def test_a_success_forgives_the_account_and_one_attempt_of_the_address() -> None:
    for _ in range(9):
        attempt_begin("a@example.com", "203.0.113.7")
    attempt_succeeded("A@example.com ", "203.0.113.7")
    for _ in range(10):
        attempt_begin("a@example.com", "203.0.113.7")
    with pytest.raises(TooManyAttemptsError):
        attempt_begin("a@example.com", "203.0.113.7")


@pytest.mark.django_db
def test_a_stolen_token_does_not_help_to_guess_the_password(api: Api, company_id: UUID) -> None:
    user = member(company_id)
    token = sign_in(user).token
    body = {"current_password": "wrong", "new_password": "another long sentence"}
    statuses = [api(token).post("/password/change", body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert login(api, user.email, PASSWORD, "203.0.113.1").status_code == 429


@pytest.mark.django_db
def test_nobodys_mailbox_is_flooded_and_known_and_unknown_are_told_alike(api: Api, company_id: UUID) -> None:
    known, unknown = member(company_id).email, "nobody@example.com"
    for email in (known, unknown):
        answers = [api().post("/password/reset", {"email": email}) for _ in range(MAILS_TO_ONE.times + 1)]
        assert [answer.status_code for answer in answers] == [200] * MAILS_TO_ONE.times + [429]
        assert answers[-1]["Retry-After"]


@pytest.mark.django_db
def test_one_address_registers_and_tries_links_so_often_and_not_more(api: Api) -> None:
    fields = {"password": PASSWORD, "first_name": "A", "last_name": "B"}
    statuses = [
        api().post("/register", {"email": "not an address", **fields}, REMOTE_ADDR="203.0.113.7").status_code
        for _ in range(3)
    ]
    assert statuses == [422] * 3
    for limit in (REGISTRATIONS, LINKS, MAILS):
        for _ in range(limit.times):
            limit_count(limit, "203.0.113.7")
    refused = [
        api().post("/register", {"email": "a@example.com", **fields}, REMOTE_ADDR="203.0.113.7"),
        api().post("/password/reset/token", {"new_password": PASSWORD}, REMOTE_ADDR="203.0.113.7"),
        api().post("/email/verify/token", {}, REMOTE_ADDR="203.0.113.7"),
        api().post("/password/reset", {"email": "a@example.com"}, REMOTE_ADDR="203.0.113.7"),
    ]
    assert [answer.status_code for answer in refused] == [429] * 4
