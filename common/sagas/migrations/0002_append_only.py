"""The history of a saga and what was done for it are added to; only the end of a step is filled in."""

from django.db import migrations

from common.security.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("sagas", "0001_initial")]

    operations = [
        AppendOnly("saga_steps", updatable=("status", "error", "finished_at")),
        AppendOnly("saga_effects"),
    ]
