"""Every request has an id, and its log line tells who and what, without personal data."""

import logging
from typing import Any
from uuid import UUID, uuid4

import pytest

from common.api.tests.types import Api, Tokens
from common.observability.context import bind_actor, current_actor_id, current_request_id, work_context

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("db")]


def test_a_sane_id_of_the_client_is_kept(api: Api) -> None:
    assert api().get("/", headers={"X-Request-ID": "client-12345"})["X-Request-ID"] == "client-12345"


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f", "12345678\r\nX: 1", "ضضضضضضضض"])
def test_any_other_id_is_replaced(api: Api, given: str) -> None:
    answered = api().get("/", headers={"X-Request-ID": given})["X-Request-ID"]
    assert str(UUID(answered)) == answered


def test_errors_before_any_view_carry_the_id_too(api: Api) -> None:
    assert api().get("/nowhere", headers={"X-Request-ID": "client-12345"})["X-Request-ID"] == "client-12345"


def test_the_log_tells_who_asked_for_what_and_leaves_the_query_out(
    api: Api, person_token: Tokens, company_id: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    person = uuid4()
    with caplog.at_level(logging.INFO, "common.observability.middleware"):
        api(person_token(user_id=person, company_id=company_id)).get("/scope?name=somebody")
    line: Any = caplog.records[-1].msg
    assert (line["method"], line["path"], line["status"]) == ("GET", "/scope", 422)
    assert (line["actor_id"], line["company_id"]) == (str(person), str(company_id))
    assert "somebody" not in str(line)


def test_nothing_of_a_request_is_left_behind() -> None:
    with work_context(request_id="one"):
        bind_actor(uuid4())
        assert current_request_id() == "one"
        assert current_actor_id() is not None
    assert current_request_id() is None
    assert current_actor_id() is None
