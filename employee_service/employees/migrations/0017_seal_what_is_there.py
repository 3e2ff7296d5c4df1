"""Salaries and papers go from the plain columns into the sealed ones, batch by batch; may be killed and run again."""

from django.db import migrations

from common.security.encryption.migrating import PlainColumn, seal_existing

EMPLOYEES = (
    PlainColumn("plain_salary", "salary"),
    PlainColumn("plain_civil_id", "civil_id", searchable=True),
    PlainColumn("plain_passport_number", "passport_number", searchable=True),
    PlainColumn("plain_residence_number", "residence_number"),
)
HISTORY = (
    PlainColumn("plain_old_salary", "old_salary", marked=False),
    PlainColumn("plain_new_salary", "new_salary", marked=False),
)


def seal(apps, schema_editor):
    seal_existing(schema_editor.connection, "employees", EMPLOYEES)
    seal_existing(schema_editor.connection, "employment_events", HISTORY, row="seal_id")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("employees", "0016_sealed_columns")]
    operations = [migrations.RunPython(seal)]
