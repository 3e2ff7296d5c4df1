"""Other values of the old system are kept sealed only."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("employees", "0021_seal_old_values")]

    operations = [migrations.RemoveField("employeeprofile", "plain_old_values")]
