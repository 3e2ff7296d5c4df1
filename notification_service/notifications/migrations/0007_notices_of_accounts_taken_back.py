"""With an account that an import takes back goes what the system wrote to it, and how often it was sent."""

from django.db import migrations

from common.security.append_only import Removal


class Migration(migrations.Migration):
    dependencies = [("notifications", "0006_append_only_deliveries"), ("reference", "__first__")]

    operations = [
        Removal(
            "delivery_logs_forget_with_account",
            "delivery_logs",
            argument="notices uuid[]",
            # Of nobody who still has an account.
            condition="notification_id IN (SELECT n.id FROM unnest(notices) AS p(id)"
            " JOIN notifications AS n ON n.id = p.id"
            " WHERE NOT EXISTS (SELECT FROM users_ref AS u WHERE u.user_id = n.user_id))",
        ),
    ]
