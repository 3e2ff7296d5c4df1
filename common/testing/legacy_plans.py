"""Parts of plans for tests that write nothing."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from common.legacy.mapper import Imported, Outcome
from common.legacy.plan import Account, TableImport, Written
from common.legacy.reader import Row

NOWHERE = Account[Any](source="(SELECT NULL::uuid AS id WHERE false) t", key="t.id", company=None, columns=[])


def mapping_only(name: str, mapped: Callable[[Row, int], Outcome[Any]], **options: Any) -> TableImport[Any]:
    """An entry about employees of which only the mapper counts; what it makes is nowhere."""
    return TableImport(name, "employees", mapped, _write, NOWHERE, _write, _remove, **options)


def _write(_items: Sequence[Imported[Any]]) -> Written:
    return Written()


def _remove(_ids: Collection[UUID]) -> Mapping[UUID, str]:
    return {}
