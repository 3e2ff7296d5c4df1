"""Documents' numbers are sealed, in batches: it may be killed anywhere and run again."""

from django.db import migrations

from common.security.encryption.existing import seal_existing


def seal(apps, schema_editor):
    document = apps.get_model("documents", "Document")
    seal_existing(document, schema_editor.connection, {"plain_number": "document_number"})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("documents", "0008_sealed_number")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
