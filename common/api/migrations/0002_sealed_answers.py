"""Kept answers are sealed, and digests of requests are made with the service's key."""

import rest_framework.utils.encoders
from django.db import migrations

import common.security.encryption.json_field
from common.api.idempotency import keyed
from common.security.encryption.existing import seal_existing
from common.security.tenancy import all_companies


def seal(apps, schema_editor):
    """Requests of the last two days only, so in one transaction."""
    keys = apps.get_model("api", "IdempotencyKey")
    seal_existing(keys, schema_editor.connection, {"plain_body": "body"})
    with all_companies("digests with the service's key"):
        for key in keys.objects.only("body_hash").iterator():
            keys.objects.filter(pk=key.pk).update(body_hash=keyed(key.body_hash))


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [
        migrations.RenameField("idempotencykey", "body", "plain_body"),
        migrations.AddField(
            "idempotencykey",
            "body",
            common.security.encryption.json_field.EncryptedJSONField(
                blank=True,
                encoder=rest_framework.utils.encoders.JSONEncoder,
                null=True,
                verbose_name="answer",
            ),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.RemoveField("idempotencykey", "plain_body"),
    ]
