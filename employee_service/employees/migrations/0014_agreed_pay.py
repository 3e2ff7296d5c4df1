"""What people are to be paid whose hire is under way, in a table of its own."""

from django.db import migrations, models

import common.security.encryption.fields
from common.security.row_security import TenantPolicy


class Migration(migrations.Migration):
    dependencies = [("employees", "0013_shared_days")]

    operations = [
        migrations.CreateModel(
            name="AgreedPay",
            fields=[
                (
                    "employee_id",
                    models.UUIDField(
                        editable=False, primary_key=True, serialize=False, verbose_name="employee"
                    ),
                ),
                ("company_id", models.UUIDField(editable=False, verbose_name="company")),
                (
                    "salary",
                    common.security.encryption.fields.EncryptedDecimalField(
                        decimal_places=3, max_digits=12, row="employee_id", verbose_name="salary"
                    ),
                ),
            ],
            options={
                "verbose_name": "agreed pay",
                "verbose_name_plural": "agreed pay",
                "db_table": "agreed_pay",
            },
        ),
        TenantPolicy("agreed_pay"),
    ]
