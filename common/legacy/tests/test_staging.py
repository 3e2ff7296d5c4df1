"""Rows through temporary tables, and events by the thousand."""

import json
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import DataError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from common.contracts.company import CompanyDeactivated
from common.contracts.employee import EmployeeArchived
from common.legacy.staging import array_text, publish_staged, stage
from common.security.tenancy import all_companies

COLUMNS = {
    "id": "uuid",
    "name": "text",
    "born": "date",
    "salary": "numeric(12,3)",
    "words": "text[]",
    "more": "jsonb",
}


@pytest.mark.usefixtures("db")
def test_what_is_staged_is_there_as_it_was_given_until_the_transaction_ends() -> None:
    rows = [
        (uuid4(), "محمد\t\\N\n", date(2020, 2, 29), Decimal("250.500"), '{"a","b \\" \\\\"}', '{"x": "\\t"}'),
        (uuid4(), None, None, None, None, None),
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "staged_people", COLUMNS, [("00000000-0000-0000-0000-000000000000", *[None] * 5)])
        stage(cursor, "staged_people", COLUMNS, rows)
        cursor.execute("SELECT id, name, born, salary, words, more ->> 'x' FROM staged_people ORDER BY born")
        found = cursor.fetchall()
    assert found == [(*rows[0][:4], ["a", 'b " \\'], "\t"), rows[1]]


@pytest.mark.usefixtures("db")
def test_a_value_that_its_column_does_not_take_is_a_data_error() -> None:
    with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "staged_people", {"born": "date"}, [("2021-02-31",)])


@pytest.mark.usefixtures("committed_db")
def test_nothing_of_it_outlives_the_transaction() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        stage(cursor, "staged_people", COLUMNS, [])
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.staged_people')")
        assert cursor.fetchone() == (None,)


@pytest.mark.usefixtures("db")
@given(st.lists(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))))
def test_an_array_written_as_text_is_read_as_the_same_array(items: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_text(tuple(items))])
        assert cursor.fetchone() == (items,)


@pytest.mark.usefixtures("db")
def test_staged_events_are_in_the_log_in_their_order() -> None:
    company_id = uuid4()
    events = [(EmployeeArchived(employee_id=uuid4(), company_id=company_id)) for _ in range(50)]
    with all_companies("test"), connection.cursor() as cursor:
        publish_staged((event, event.employee_id, company_id, 3) for event in events)
        publish_staged([])
        cursor.execute("SELECT type, aggregate_id, company_id, version, payload FROM event_log ORDER BY id")
        found = [(*row[:4], json.loads(row[4])) for row in cursor.fetchall()]
    assert [row[:4] for row in found] == [
        ("employee.archived", event.employee_id, company_id, 3) for event in events
    ]
    assert [row[4]["employee_id"] for row in found] == [str(event.employee_id) for event in events]


@pytest.mark.usefixtures("db")
def test_an_event_of_another_service_is_not_staged() -> None:
    event = CompanyDeactivated(company_id=uuid4())
    with all_companies("test"), pytest.raises(ValueError, match="belongs to company"):
        publish_staged([(event, event.company_id, event.company_id, 1)])
