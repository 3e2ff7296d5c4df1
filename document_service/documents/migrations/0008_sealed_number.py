"""Room for documents' numbers that are sealed; the next migrations move them there."""

import uuid

import django.contrib.postgres.functions
from django.db import migrations, models

import common.security.encryption.fields
import common.security.encryption.marks


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_append_only_downloads")]

    operations = [
        migrations.RenameField("document", "document_number", "plain_number"),
        migrations.AlterField(
            "document", "plain_number", models.CharField(blank=True, max_length=100, null=True)
        ),
        migrations.AddField(
            "document",
            "document_number",
            common.security.encryption.fields.EncryptedTextField(
                blank=True, default="", max_length=100, verbose_name="number"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "document",
            "document_number_mark",
            common.security.encryption.marks.MarkField(of="document_number"),
        ),
        migrations.AlterField(
            "document",
            "id",
            models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(),
                default=uuid.uuid4,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
    ]
