"""The plain columns go, once nothing is in them that is not sealed."""

import importlib

from django.db import migrations, models

from common.security.encryption.existing import count_plain

sealing = importlib.import_module("employee_service.employees.migrations.0017_seal_what_is_there")


def check(apps, schema_editor):
    for model, fields in (("Employee", sealing.EMPLOYEES), ("EmploymentEvent", sealing.HISTORY)):
        if left := count_plain(apps.get_model("employees", model), fields):
            raise RuntimeError(f"{left} rows of {model} are not sealed: they would be lost.")


class Migration(migrations.Migration):
    dependencies = [("employees", "0017_seal_what_is_there")]

    operations = [
        migrations.RunPython(check),
        *(migrations.RemoveField("employee", plain) for plain in sealing.EMPLOYEES),
        *(migrations.RemoveField("employmentevent", plain) for plain in sealing.HISTORY),
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
