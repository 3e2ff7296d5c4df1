"""The record of an employment is added to and stays; what an import brought goes when it is taken back."""

from django.db import migrations

from common.security.append_only import AppendOnly, Removal


class Migration(migrations.Migration):
    dependencies = [("employees", "0018_plain_columns_gone")]

    operations = [
        # Sealed values are sealed anew when keys change; they bear their place with them, so that nobody can put
        # another pay there. And whom the old system gave to a wrong company takes the record along.
        AppendOnly("employment_events", updatable=("company_id", "old_salary", "new_salary")),
        Removal(
            "employment_events_take_back",
            "employment_events",
            argument="people uuid[]",
            condition="employment_events.employee_id = ANY(people) AND EXISTS (SELECT FROM employees AS e"
            " WHERE e.id = employment_events.employee_id AND e.company_id = employment_events.company_id AND e.old_id <> '')",
        ),
    ]
