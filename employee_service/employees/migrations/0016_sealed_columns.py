"""Places for sealed salaries and papers beside the plain ones, which are sealed next and then removed."""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models

from common.security.encryption.fields import EncryptedDecimalField, EncryptedTextField
from common.security.encryption.marks import MarkField

PAPERS = {
    "civil_id": ("civil ID", True),
    "passport_number": ("passport number", True),
    "residence_number": ("residence number", False),
}


def paper(name, label, *, searchable):
    return [
        migrations.RenameField("employee", name, f"plain_{name}"),
        migrations.AddField(
            "employee",
            name,
            EncryptedTextField(blank=True, default="", max_length=32, verbose_name=label),
            preserve_default=False,
        ),
        migrations.AddField("employee", f"{name}_mark", MarkField(of=name, searchable=searchable)),
    ]


class Migration(migrations.Migration):
    dependencies = [("employees", "0015_pay_out_of_sagas")]

    operations = [
        migrations.RemoveConstraint("employee", "a_salary_is_not_negative"),
        migrations.RemoveIndex("employee", "employees_by_civil_id"),
        migrations.RemoveIndex("employee", "employees_by_passport"),
        migrations.AlterField(
            "employee",
            "id",
            models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        migrations.RenameField("employee", "salary", "plain_salary"),
        migrations.AddField(
            "employee",
            "salary",
            EncryptedDecimalField(
                blank=True, decimal_places=3, max_digits=12, minimum=0, null=True, verbose_name="salary"
            ),
        ),
        migrations.AddField("employee", "salary_mark", MarkField(of="salary")),
        *(
            operation
            for name, (label, searchable) in PAPERS.items()
            for operation in paper(name, label, searchable=searchable)
        ),
        migrations.AddField(
            "employmentevent",
            "seal_id",
            models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), default=uuid.uuid4, editable=False
            ),
        ),
        *(
            operation
            for name, label in (("old_salary", "salary before"), ("new_salary", "salary after"))
            for operation in (
                migrations.RenameField("employmentevent", name, f"plain_{name}"),
                migrations.AddField(
                    "employmentevent",
                    name,
                    EncryptedDecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=12,
                        null=True,
                        row="seal_id",
                        verbose_name=label,
                    ),
                ),
            )
        ),
    ]
