"""How often a notice was sent is added to the log of deliveries; only what came of an attempt is filled in."""

from django.db import migrations

from common.security.append_only import AppendOnly, Removal


class Migration(migrations.Migration):
    dependencies = [("notifications", "0005_old_notices")]

    operations = [
        AppendOnly("delivery_logs", updatable=("outcome", "error", "finished_at", "updated_at")),
        Removal(
            "delivery_logs_forget",
            "delivery_logs",
            argument="notices uuid[]",
            # With notices that have been over for a day, and with those that came from the old system.
            condition="notification_id = ANY(notices) AND EXISTS (SELECT FROM notifications AS n"
            " WHERE n.id = notification_id AND (n.old_id <> '' OR n.due_at IS NULL"
            " AND coalesce(n.sent_at, n.created_at) < now() - interval '1 day'))",
        ),
    ]
