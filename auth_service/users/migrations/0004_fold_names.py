from django.db import migrations

from common.search import fold
from common.security.tenancy import all_companies

BATCH = 2_000


def fold_names(apps, schema_editor):
    User = apps.get_model("users", "User")
    # The owner is under row-level security too: without a scope this would find nobody.
    with all_companies("migration: names to search"):
        batch = []
        for user in User.objects.only("id", "first_name", "last_name").iterator(BATCH):
            user.name_folded = fold(f"{user.first_name} {user.last_name}")
            user.last_name_folded = fold(user.last_name)
            batch.append(user)
            if len(batch) == BATCH:
                User.objects.bulk_update(batch, ["name_folded", "last_name_folded"])
                batch = []
        User.objects.bulk_update(batch, ["name_folded", "last_name_folded"])


class Migration(migrations.Migration):
    dependencies = [("users", "0003_names_to_search_and_own_roles")]

    operations = [migrations.RunPython(fold_names, migrations.RunPython.noop)]
