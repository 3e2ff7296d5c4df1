"""The policy of reports anew: since 0003 a report may be about every company, and then it is of none."""

from django.db import migrations

from common.security.row_security import tenant_policy_sql


class Migration(migrations.Migration):
    dependencies = [("analytics", "0004_events_of_a_producer")]

    operations = [
        migrations.RunSQL(
            tenant_policy_sql("reports", "company_id", nullable=False),
            # It is right for a column without NULL, too.
            migrations.RunSQL.noop,
        )
    ]
