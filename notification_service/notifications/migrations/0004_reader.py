from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0003_ledger"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="notification",
            name="notices_of_a_person",
        ),
        migrations.RemoveIndex(
            model_name="notification",
            name="unread_notices_of_a_person",
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["company_id", "user_id", "-created_at", "-id"],
                include=("scheduled_at", "status", "type", "priority"),
                name="notices_of_a_reader",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True)),
                fields=["company_id", "user_id", "-created_at", "-id"],
                include=("scheduled_at", "status", "type", "priority"),
                name="unread_notices_of_a_reader",
            ),
        ),
    ]
