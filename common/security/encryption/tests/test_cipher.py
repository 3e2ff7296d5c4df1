import base64
from typing import Any
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from common.security.encryption.cipher import key_of, mark, seal, unseal
from common.security.encryption.errors import KeyMissingError, SealBrokenError
from common.security.encryption.tests.rings import parsed, ring, with_keys

ROW = UUID("00000000-0000-4000-8000-000000000001")
PLACE: dict[str, Any] = {"table": "people", "column": "salary", "row_id": ROW}


def refusals(reason: str, table: str = "people", column: str = "salary") -> float:
    labels = {"reason": reason, "table": table, "column": column}
    return REGISTRY.get_sample_value("hrms_unseal_refusals_total", labels) or 0


def test_what_is_sealed_opens_in_its_place_in_any_script() -> None:
    for text in ("1250.500", "٢٨٤٠١٠١٠٠٠٠", "x" * 10_000, "𝄞", " "):
        sealed = seal(text, **PLACE)
        assert text not in sealed
        assert unseal(sealed, **PLACE) == text


def test_the_same_value_never_looks_the_same() -> None:
    assert len({seal("1250.500", **PLACE) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "elsewhere",
    [{"table": "others"}, {"column": "civil_id"}, {"row_id": uuid4()}],
    ids=["table", "column", "row"],
)
def test_a_value_copied_elsewhere_does_not_open(elsewhere: dict[str, object]) -> None:
    place = {**PLACE, **elsewhere}
    before = refusals("broken", str(place["table"]), str(place["column"]))
    with pytest.raises(SealBrokenError, match="does not belong here"):
        unseal(seal("1250.500", **PLACE), **place)
    assert refusals("broken", str(place["table"]), str(place["column"])) == before + 1


def test_a_value_of_another_service_does_not_open_even_with_its_keys(settings: Any) -> None:
    content = ring("employee")
    settings.ENCRYPTION_KEYRING = parsed(content)
    sealed = seal("1250.500", **PLACE)
    settings.ENCRYPTION_KEYRING = parsed({**content, "service": "document"})
    with pytest.raises(SealBrokenError):
        unseal(sealed, **PLACE)


def test_any_flipped_bit_is_noticed() -> None:
    head, _, encoded = seal("1250.500", **PLACE).rpartition(":")
    raw = base64.b64decode(encoded)
    for bit in range(len(raw) * 8):
        broken = bytearray(raw)
        broken[bit // 8] ^= 1 << bit % 8
        with pytest.raises(SealBrokenError):
            unseal(f"{head}:{base64.b64encode(broken).decode()}", **PLACE)


@pytest.mark.parametrize(
    "stored",
    ["1250.500", "v1:", "v1:k1:", "v1:k1:%%%", "v1:k1:AAAA", "v2:k1:AAAA", "null", "v1:k1:" + "A" * 40],
)
def test_what_was_never_sealed_is_refused_and_not_taken_for_a_value(stored: str) -> None:
    with pytest.raises(SealBrokenError):
        unseal(stored, **PLACE)


def test_a_removed_key_is_a_clear_refusal_and_is_counted(settings: Any) -> None:
    content = ring("employee")
    settings.ENCRYPTION_KEYRING = parsed(content)
    sealed = seal("1250.500", **PLACE)
    settings.ENCRYPTION_KEYRING = parsed(with_keys(content, keep=False))
    before = refusals("key missing")
    with pytest.raises(KeyMissingError, match="its key is not in the keyring") as refusal:
        unseal(sealed, **PLACE)
    assert refusals("key missing") == before + 1
    assert refusal.value.details == {"table": "people", "column": "salary", "row": str(ROW)}
    assert "1250" not in str(refusal.value)


def test_older_values_open_beside_those_of_the_current_key(settings: Any) -> None:
    content = ring("employee")
    settings.ENCRYPTION_KEYRING = parsed(content)
    old = seal("1", **PLACE)
    settings.ENCRYPTION_KEYRING = parsed(with_keys(content))
    new = seal("1", **PLACE)
    assert (key_of(old), key_of(new)) == ("k1", "k2")
    assert unseal(old, **PLACE) == unseal(new, **PLACE) == "1"


def test_a_mark_tells_equal_values_of_a_company_and_no_others(settings: Any) -> None:
    ours, theirs = uuid4(), uuid4()
    found = mark("284010100001", column="people.civil_id", company_id=ours)
    assert found == mark("284010100001", column="people.civil_id", company_id=ours)
    assert found != mark("284010100002", column="people.civil_id", company_id=ours)
    assert found != mark("284010100001", column="people.civil_id", company_id=theirs)
    assert found != mark("284010100001", column="people.passport", company_id=ours)
    assert found != mark("284010100001", column="people.civil_id", company_id=ours, row_id=ROW)


def test_marks_stay_when_the_key_changes(settings: Any) -> None:
    content = ring("employee")
    settings.ENCRYPTION_KEYRING = parsed(content)
    before = mark("1", column="people.salary", company_id=ROW, row_id=ROW)
    settings.ENCRYPTION_KEYRING = parsed(with_keys(content))
    assert mark("1", column="people.salary", company_id=ROW, row_id=ROW) == before
