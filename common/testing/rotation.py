"""Rules of changing the key that every service keeps; each service's tests inherit them.

The fields are those of the service's own models, so that one which somebody adds later is changed over, too.
"""

import json
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, models

from common.security.encryption.cipher import key_of
from common.security.encryption.fields import EncryptedDecimalField, EncryptedField
from common.security.encryption.json_field import EncryptedJSONField
from common.security.encryption.keyring import make_keyring, parse_keyring, with_new_key
from common.security.encryption.rotation import SealedTable, rotate, rows_left, sealed_tables
from common.security.tenancy import all_companies

COLUMNS_THAT_MAY_NOT_CHANGE = """
    SELECT c FROM unnest(%s::text[]) AS c WHERE NOT has_column_privilege(current_user, %s, c, 'UPDATE')
"""


@pytest.mark.django_db
class RotationRules:
    """Inherit as ``TestRotation``."""

    def test_every_sealed_field_of_every_model_is_sealed_anew(self) -> None:
        """Also those of models that are no table of their own, which the table's own model has."""
        fields = {
            (model._meta.db_table, field.column)
            for model in apps.get_models(include_auto_created=True, include_swapped=True)
            for field in model._meta.get_fields(include_hidden=True)
            if isinstance(field, EncryptedField)
        }
        assert fields
        assert fields == {(table.name, field.column) for table in sealed_tables() for field in table.fields}

    def test_who_changes_the_key_may_write_every_sealed_column(self) -> None:
        """Tables that only grow among them: this runs as the services do."""
        refused = {}
        for table in sealed_tables():
            with connection.cursor() as cursor:
                cursor.execute(
                    COLUMNS_THAT_MAY_NOT_CHANGE, [[each.stored_in for each in table.fields], table.name]
                )
                if found := cursor.fetchall():
                    refused[table.name] = found
        assert refused == {}

    def test_values_of_every_table_get_the_current_key_and_say_what_they_said(self, settings: Any) -> None:
        """On copies of the tables that lack what else a row needs."""
        older = make_keyring(settings.SERVICE.name)
        for table in sealed_tables():
            settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(older), settings.SERVICE.name)
            row_id = uuid4()
            with all_companies("a test"):
                _copy(table)
                _insert(table, row_id)
                newer = with_new_key(older)
                settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(newer), settings.SERVICE.name)
                assert rows_left(table) == 1, table.name
                result = rotate(table, batch_size=10, show=_quiet)
                assert (result.sealed, result.left, result.refused) == (1, 0, []), table.name
                del newer["keys"][older["current"]]
                settings.ENCRYPTION_KEYRING = parse_keyring(json.dumps(newer), settings.SERVICE.name)
                for field, stored in zip(table.fields, _stored(table), strict=True):
                    assert key_of(stored) == newer["current"]
                    assert field.opened(stored, row_id) == _plain(field)


def _plain(field: EncryptedField) -> Any:
    if isinstance(field, EncryptedDecimalField):
        return Decimal("450.250")
    return {"paper": "A 1"} if isinstance(field, EncryptedJSONField) else "A 1"


def _copy(table: SealedTable) -> None:
    """A temporary table of the same name, which is found before the real one."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {table.name} (LIKE public.{table.name}) ON COMMIT DROP")
        cursor.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND attnotnull",
            [f"pg_temp.{table.name}"],
        )
        for (column,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table.name} ALTER "{column}" DROP NOT NULL')


def _insert(table: SealedTable, row_id: UUID) -> None:
    key = table.model._meta.pk
    values: dict[str, Any] = {
        table.key: row_id if isinstance(key, models.UUIDField) else 1,
        table.row: row_id,
    }
    values |= {field.stored_in: field.sealed(_plain(field), row_id) for field in table.fields}
    names = ", ".join(f'"{name}"' for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table.name} ({names}) VALUES ({', '.join(['%s'] * len(values))})",
            [*values.values()],
        )


def _stored(table: SealedTable) -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(field.stored_in for field in table.fields)} FROM {table.name}")
        row: tuple[str, ...] = cursor.fetchone()
        return row


def _quiet(_table: str, _done: int, _of: int) -> None:
    """Nobody watches."""
