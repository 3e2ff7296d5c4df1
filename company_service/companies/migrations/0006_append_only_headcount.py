"""Whom the headcount counts is added to the ledger and stays; what was counted is marked, once."""

from django.db import migrations

from common.security.append_only import AppendOnly, Removal


class Migration(migrations.Migration):
    dependencies = [("companies", "0005_what_the_old_system_named_as_documents")]

    operations = [
        AppendOnly("headcount_ledger", updatable=("folded",)),
        # The table's trigger has its say as well: it lets go only of what an import brought and takes back.
        Removal(
            "headcount_take_back",
            "headcount_ledger",
            argument="people uuid[]",
            condition="employee_id = ANY(people)",
        ),
    ]
