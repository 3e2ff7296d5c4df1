"""Rows set aside are kept sealed only."""

from django.db import migrations

import common.security.encryption.json_field


class Migration(migrations.Migration):
    dependencies = [("legacy", "0009_seal_content")]

    operations = [
        migrations.AlterField(
            "quarantinedrow",
            "content",
            common.security.encryption.json_field.EncryptedJSONField(verbose_name="content"),
        ),
        migrations.RemoveField("quarantinedrow", "plain_content"),
        migrations.RemoveField("quarantinedrow", "plain_corrections"),
    ]
