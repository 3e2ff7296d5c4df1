"""Policies of tables that were made before read the scope as those made today."""

from django.db import migrations

from common.security.row_security import ReadScopeOnce


class Migration(migrations.Migration):
    dependencies = [("security", "0002_admin_log")]

    operations = [ReadScopeOnce()]
