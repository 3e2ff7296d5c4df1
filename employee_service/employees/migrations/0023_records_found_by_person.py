"""What an import brought into the record of employments is found person by person, however long the record is."""

from django.db import migrations

from common.security.append_only import owners_function

TABLE = "employment_events"


def function(condition: str) -> str:
    """SQL that makes the function anew; see migration 0019."""
    create, _drop = owners_function(
        "employment_events_take_back",
        "people uuid[]",
        returns=f"SETOF {TABLE}",
        body=f"DELETE FROM {TABLE} WHERE {condition} RETURNING {TABLE}.*",
        writers_of=TABLE,
    )
    return create


class Migration(migrations.Migration):
    dependencies = [("employees", "0022_no_plain_old_values")]

    operations = [
        migrations.RunSQL(
            function(
                f"({TABLE}.company_id, {TABLE}.employee_id) IN (SELECT e.company_id, e.id"
                " FROM unnest(people) AS p(id) JOIN employees AS e ON e.id = p.id WHERE e.old_id <> '')"
            ),
            # As it was: it compared each row of the whole record with each of the people.
            function(
                f"{TABLE}.employee_id = ANY(people) AND EXISTS (SELECT FROM employees AS e"
                f" WHERE e.id = {TABLE}.employee_id AND e.company_id = {TABLE}.company_id AND e.old_id <> '')"
            ),
        )
    ]
