"""Who was given which file is added to the log of downloads and stays there."""

from django.db import migrations

from common.security.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("documents", "0006_without_a_file")]

    operations = [AppendOnly("document_downloads")]
