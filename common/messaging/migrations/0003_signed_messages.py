"""Messages that were handled are known again, and those that were refused are counted."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="HandledMessage",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False, verbose_name="message")),
                ("expires_at", models.DateTimeField(db_index=True, verbose_name="expires")),
            ],
            options={"db_table": "handled_messages"},
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reason", models.TextField(verbose_name="reason")),
                ("sender", models.TextField(blank=True, verbose_name="sender")),
                ("count", models.BigIntegerField(default=0, verbose_name="times")),
                (
                    "first_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="first"
                    ),
                ),
                (
                    "last_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="last"
                    ),
                ),
            ],
            options={
                "verbose_name": "refused messages",
                "verbose_name_plural": "refused messages",
                "db_table": "refused_messages",
                "constraints": [
                    models.UniqueConstraint(fields=("reason", "sender"), name="a_refusal_is_counted_once")
                ],
            },
        ),
    ]
