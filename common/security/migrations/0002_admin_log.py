"""What people did in the admin is added to its log and stays there."""

from django.db import migrations

from common.security.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("security", "0001_initial"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [AppendOnly("django_admin_log")]
