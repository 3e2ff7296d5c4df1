"""With rows that nobody has decided about, and that are no longer as they were set aside, goes what was done so far."""

from django.db import migrations

from common.security.append_only import Removal


class Migration(migrations.Migration):
    dependencies = [("legacy", "0010_no_plain_content")]

    operations = [
        Removal(
            "quarantine_actions_leave",
            "quarantine_actions",
            argument="of_rows uuid[]",
            condition="row_id IN (SELECT id FROM quarantined_rows WHERE id = ANY(of_rows) AND state = 'waiting')",
        ),
    ]
