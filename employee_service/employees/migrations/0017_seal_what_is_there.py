"""Salaries and papers go from the plain columns into the sealed ones, batch by batch; may be killed and run again."""

from django.db import migrations

from common.security.encryption.existing import seal_existing

EMPLOYEES = {f"plain_{name}": name for name in ("salary", "civil_id", "passport_number", "residence_number")}
HISTORY = {"plain_old_salary": "old_salary", "plain_new_salary": "new_salary"}


def seal(apps, schema_editor):
    for model, fields in (("Employee", EMPLOYEES), ("EmploymentEvent", HISTORY)):
        seal_existing(apps.get_model("employees", model), schema_editor.connection, fields)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("employees", "0016_sealed_columns")]
    operations = [migrations.RunPython(seal)]
