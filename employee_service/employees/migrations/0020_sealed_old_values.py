"""Room for sealed other values of the old system: bank accounts and medical insurances are among them."""

from django.db import migrations, models

import common.security.encryption.json_field
import common.security.encryption.marks


class Migration(migrations.Migration):
    dependencies = [("employees", "0019_append_only_record")]

    operations = [
        migrations.RenameField("employeeprofile", "old_values", "plain_old_values"),
        migrations.AlterField("employeeprofile", "plain_old_values", models.JSONField(null=True)),
        migrations.AddField(
            "employeeprofile",
            "old_values",
            common.security.encryption.json_field.EncryptedJSONField(
                blank=True,
                default=dict,
                editable=False,
                row="employee_id",
                verbose_name="other values of the old system",
            ),
        ),
        migrations.AddField(
            "employeeprofile",
            "old_values_mark",
            common.security.encryption.marks.MarkField(of="old_values"),
        ),
    ]
