"""Who decided what about a quarantined row stays; with a run that is taken back go the rows nobody decided."""

from django.db import migrations

from common.security.append_only import AppendOnly, Removal


class Migration(migrations.Migration):
    dependencies = [("legacy", "0006_conflicts")]

    operations = [
        AppendOnly("quarantine_actions"),
        Removal(
            "quarantine_actions_forget",
            "quarantine_actions",
            argument="of_run uuid",
            condition="row_id IN (SELECT id FROM quarantined_rows WHERE run_id = of_run AND state = 'waiting')",
        ),
    ]
