"""Pay leaves the sagas of hires and the rows of bulk hires; whoever is not hired yet keeps it sealed.

In batches of their own transactions: it may be killed anywhere and run again.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import migrations

from common.security.tenancy import all_companies

BATCH = 1_000
NOBODY = "00000000-0000-0000-0000-000000000000"


def take_out(apps: Any, schema_editor: Any) -> None:
    """Sagas first: a row that still has data has no saga yet."""
    _take_all(apps, schema_editor, "sagas", NOBODY, "state <> 'completed'")
    _take_all(apps, schema_editor, "bulk_hire_rows", 0, "true")


def _take_all(apps: Any, schema_editor: Any, table: str, after: Any, wanted: str) -> None:
    while (last := _take_some(apps, schema_editor, table, after, wanted)) is not None:
        after = last


def _take_some(apps: Any, schema_editor: Any, table: str, after: Any, wanted: str) -> Any:
    """One batch; the last row's id, or None when there was none."""
    pay = apps.get_model("employees", "AgreedPay")
    with all_companies("pay out of sagas"), schema_editor.connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, company_id, data->'employee'->>'employee_id', data->'employee'->>'salary', {wanted}"
            f" FROM {table} WHERE id > %s AND data->'employee'->>'salary' IS NOT NULL"
            " ORDER BY id LIMIT %s FOR UPDATE",
            [after, BATCH],
        )
        rows = cursor.fetchall()
        pay.objects.bulk_create(
            [
                pay(employee_id=UUID(employee), company_id=company, salary=Decimal(salary))
                for _id, company, employee, salary, is_wanted in rows
                if is_wanted
            ],
            ignore_conflicts=True,
        )
        cursor.execute(
            f"UPDATE {table} SET data = jsonb_set(data, '{{employee,salary}}', 'null') WHERE id = ANY(%s)",
            [[row[0] for row in rows]],
        )
    return rows[-1][0] if rows else None


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("employees", "0014_agreed_pay"), ("sagas", "0001_initial")]

    operations = [migrations.RunPython(take_out, migrations.RunPython.noop)]
