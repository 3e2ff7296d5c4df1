"""The plain columns go, once nothing is in them that is not sealed."""

import importlib

from django.db import migrations, models

from common.security.encryption.migrating import count_plain

sealing = importlib.import_module("employee_service.employees.migrations.0017_seal_what_is_there")


def check(apps, schema_editor):
    for table, columns in (("employees", sealing.EMPLOYEES), ("employment_events", sealing.HISTORY)):
        if left := count_plain(schema_editor.connection, table, columns):
            raise RuntimeError(f"{left} rows of {table} are not sealed: they would be lost.")


class Migration(migrations.Migration):
    dependencies = [("employees", "0017_seal_what_is_there")]

    operations = [
        migrations.RunPython(check),
        *(migrations.RemoveField("employee", column.plain) for column in sealing.EMPLOYEES),
        *(migrations.RemoveField("employmentevent", column.plain) for column in sealing.HISTORY),
        *(
            migrations.AddIndex(
                "employee",
                models.Index(
                    fields=["company_id", f"{field}_mark"],
                    name=f"employees_by_{name}_mark",
                    condition=models.Q((f"{field}_mark__isnull", False)),
                ),
            )
            for field, name in (("civil_id", "civil_id"), ("passport_number", "passport"))
        ),
    ]
