import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0002_delivery"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="notification",
            name="notices_by_age",
        ),
        migrations.RemoveIndex(
            model_name="notification",
            name="notices_of_a_company_by_age",
        ),
        migrations.RemoveIndex(
            model_name="notification",
            name="failed_notices_of_a_company",
        ),
        migrations.AddField(
            model_name="notification",
            name="is_failed",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.ExpressionWrapper(
                    models.Q(("status", "failed")), output_field=models.BooleanField()
                ),
                output_field=models.BooleanField(),
                verbose_name="failed",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                fields=["company_id", "-is_failed", "-created_at", "-id"], name="ledger_of_a_company"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["-is_failed", "-created_at", "-id"], name="ledger_of_the_group"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["created_at"], name="notices_by_age"),
        ),
    ]
