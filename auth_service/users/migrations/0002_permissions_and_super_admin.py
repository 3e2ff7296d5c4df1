from django.db import migrations

from common.contracts.rights import LEVELS, PERMISSION_CODES, ROLE_PERMISSIONS
from common.security.tenancy import all_companies


def seed(apps, schema_editor):
    Permission = apps.get_model("users", "Permission")
    Role = apps.get_model("users", "Role")
    RolePermission = apps.get_model("users", "RolePermission")
    # The owner is under row-level security too: without a scope this would write nothing, or fail.
    with all_companies("migration: the system's own role"):
        Permission.objects.bulk_create(
            [Permission(code=code) for code in PERMISSION_CODES], ignore_conflicts=True
        )
        role, _ = Role.objects.get_or_create(
            company_id=None,
            name="super_admin",
            defaults={"level": LEVELS["super_admin"], "description": "Serves every company"},
        )
        granted = Permission.objects.filter(code__in=ROLE_PERMISSIONS["super_admin"])
        RolePermission.objects.bulk_create(
            [RolePermission(role=role, permission=permission) for permission in granted],
            ignore_conflicts=True,
        )


class Migration(migrations.Migration):
    dependencies = [("users", "0001_tables")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
