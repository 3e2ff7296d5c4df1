"""Documents' numbers are in their sealed column only."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("documents", "0009_seal_numbers")]

    operations = [migrations.RemoveField("document", "plain_number")]
