"""Room for sealed content of rows set aside; the next migrations move it there."""

from django.db import migrations, models

import common.security.encryption.json_field


class Migration(migrations.Migration):
    dependencies = [("legacy", "0007_append_only")]

    operations = [
        migrations.RenameField("quarantinedrow", "content", "plain_content"),
        migrations.AlterField("quarantinedrow", "plain_content", models.JSONField(null=True)),
        migrations.RenameField("quarantinedrow", "corrections", "plain_corrections"),
        migrations.AlterField("quarantinedrow", "plain_corrections", models.JSONField(null=True)),
        migrations.AddField(
            "quarantinedrow",
            "content",
            common.security.encryption.json_field.EncryptedJSONField(null=True, verbose_name="content"),
        ),
        migrations.AddField(
            "quarantinedrow",
            "corrected",
            common.security.encryption.json_field.EncryptedJSONField(null=True, verbose_name="corrections"),
        ),
    ]
