"""What is sealed by the thousand is what it would be one by one.

The fields are those of the service whose settings the tests run with: the employee service.
"""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import DataError

from common.security.encryption.bulk import BulkSealer
from common.security.encryption.cipher import key_of, keyring
from common.security.encryption.fields import encrypted_field
from common.security.encryption.marks import mark_for

NAMES = ("salary", "civil_id", "passport_number")


def test_every_value_opens_in_its_row_and_has_the_mark_that_it_would_have_alone() -> None:
    model = apps.get_model("employees", "Employee")
    company, row = uuid4(), uuid4()
    plains = (Decimal("1250.5"), "٢٨٤٠١٠١٠٠٠٠", "A 12")

    found = BulkSealer(model, NAMES).sealed(plains, company, row)

    for name, plain, sealed, mark in zip(NAMES, plains, found[::2], found[1::2], strict=True):
        assert encrypted_field(model, name).opened(sealed or "", row) == plain
        assert key_of(sealed or "") == keyring().current
        expected = mark_for(model, name, plain, company, row)
        assert expected is not None
        assert mark == expected.hex


def test_no_value_has_no_mark_and_stays_what_it_is() -> None:
    model = apps.get_model("employees", "Employee")
    found = BulkSealer(model, NAMES).sealed((None, "", ""), uuid4(), uuid4())
    assert found == [None, None, "", None, "", None]


def test_no_two_values_are_sealed_alike() -> None:
    sealer, row = BulkSealer(apps.get_model("employees", "Employee"), ("civil_id",)), uuid4()
    assert len({sealer.sealed(("284010100000",), None, row)[0] for _ in range(2_500)}) == 2_500


def test_a_value_that_its_field_does_not_take_is_refused() -> None:
    sealer = BulkSealer(apps.get_model("employees", "Employee"), NAMES)
    with pytest.raises(DataError, match="32 characters"):
        sealer.sealed((Decimal(1), "9" * 33, ""), uuid4(), uuid4())
