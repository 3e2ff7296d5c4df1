"""Other values of the old system are sealed, in batches: it may be killed anywhere and run again."""

from django.db import migrations

from common.security.encryption.existing import seal_existing


def seal(apps, schema_editor):
    profile = apps.get_model("employees", "EmployeeProfile")
    seal_existing(profile, schema_editor.connection, {"plain_old_values": "old_values"})


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("employees", "0020_sealed_old_values")]

    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]
