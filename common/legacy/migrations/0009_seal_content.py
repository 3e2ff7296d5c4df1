"""Rows set aside are sealed, in batches: it may be killed anywhere and run again."""

from django.db import migrations

from common.security.encryption.existing import seal_existing


def seal(apps, schema_editor):
    row = apps.get_model("legacy", "QuarantinedRow")
    fields = {"plain_content": "content", "plain_corrections": "corrected"}
    seal_existing(row, schema_editor.connection, fields)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("legacy", "0008_sealed_content")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
