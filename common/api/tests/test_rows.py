"""Rows of lists: what they show, what they leave out, and what they do not change."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, When
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.fields import DateTimeField

from common.api.models import IdempotencyKey
from common.api.rows import ReadyJson, ReadyJsonRenderer, Row, ready_list
from common.security.tenancy import all_companies

pytestmark = pytest.mark.usefixtures("db")

Store = Callable[..., UUID]
ROW = Row(
    {
        "id": "id",
        "name": "key",
        "path": "path",
        "status": "status",
        "saga_id": "saga_id",
        "answer": "body",
        "at": "created_at",
        "was_answered": ExpressionWrapper(Q(status__isnull=False), output_field=BooleanField()),
    },
    required=("path",),
)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50)
DOCUMENT = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def store() -> Iterator[Store]:
    """Store a row with ``fields``; returns its id."""

    def stored(**fields: Any) -> UUID:
        given = {"user_id": uuid4(), "key": "k", "method": "POST", "path": "/x", "body_hash": "", **fields}
        return IdempotencyKey.objects.create(**given).id

    with all_companies("rows of a test"):
        yield stored


def written(row: Row, row_id: UUID) -> dict[str, Any]:
    """The row as an answer shows it."""
    (found,) = row.read(IdempotencyKey.objects.filter(id=row_id), "id")
    assert found.beside == (row_id,)
    shown: dict[str, Any] = ReadyJson({"row": found.shown}).read()["row"]
    return shown


def test_a_row_shows_the_fields_under_their_names_in_the_order_given(store: Store) -> None:
    saga_id = uuid4()
    row_id = store(key="first", status=201, saga_id=saga_id, body={"a": None, "b": [1, None]})
    row = written(ROW, row_id)
    assert row.pop("at").endswith("Z")
    assert row == {
        "id": str(row_id),
        "name": "first",
        "path": "/x",
        "status": 201,
        "saga_id": str(saga_id),
        "was_answered": True,
        "answer": {"a": None, "b": [1, None]},
    }


def test_nulls_and_empty_texts_are_left_out_unless_the_name_is_required(store: Store) -> None:
    row = written(ROW, store(key="", path=""))
    assert set(row) == {"id", "path", "at", "was_answered"}
    assert row["path"] == ""


@pytest.mark.parametrize("microsecond", [0, 1, 239_380, 500_000])
def test_a_time_is_spelled_as_in_single_answers(store: Store, microsecond: int) -> None:
    moment = datetime(2026, 11, 23, 1, 1, 48, microsecond, tzinfo=UTC)
    row_id = store()
    IdempotencyKey.objects.filter(id=row_id).update(created_at=moment)
    assert written(ROW, row_id)["at"] == DateTimeField(default_timezone=UTC).to_representation(moment)


def test_what_depends_on_the_reader_is_added_for_the_request(store: Store) -> None:
    reader = uuid4()
    mine, theirs = store(user_id=reader, key="mine"), store(key="theirs")
    row = ROW.also({"secret": Case(When(user_id=reader, then=F("key"))), "sent": "body"})
    assert written(row, mine)["secret"] == "mine"
    assert "secret" not in written(row, theirs)
    assert "secret" not in written(ROW, mine), "The shorter row stays as it was."


def test_a_name_that_could_end_the_text_it_is_written_into_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be names"):
        Row({"it's": "key"})


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXT, document=DOCUMENT)
def test_texts_and_documents_arrive_as_they_were_stored(store: Store, name: str, document: Any) -> None:
    row = written(ROW, store(key=name, body=document, user_id=uuid4()))
    assert row.get("name", "") == name
    assert row.get("answer") == document


def test_the_answer_is_passed_on_as_it_is_and_indented_for_a_reader() -> None:
    answer = ReadyJson({"success": True, "keys": [{"a": 1}, {"a": "é"}], "pagination": {"next_cursor": None}})
    plain = ReadyJsonRenderer().render(answer)
    assert plain == ('{"success":true,"keys":[{"a":1},{"a":"é"}],"pagination":{"next_cursor":null}}'.encode())
    indented = ReadyJsonRenderer().render(answer, "application/json; indent=4")
    assert b'\n    "keys": [' in indented
    assert json.loads(indented) == json.loads(plain) == answer.read()


def test_other_answers_are_rendered_as_ever() -> None:
    assert ReadyJsonRenderer().render({"a": 1}) == b'{"a":1}'
    assert isinstance(ready_list("x", [], {}), ReadyJson)
