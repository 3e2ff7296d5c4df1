"""Values that are sealed here, opened to be compared with those of the old file."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from common.legacy.plan import Column
from common.security.encryption.errors import UnsealError


@dataclass(frozen=True)
class SealedValues:
    """A value in the file and here; None where there is none, or where what is here does not open."""

    file: Any
    here: Any
    equal: bool


def compare_sealed(column: Column[Any], args: Any, thing: UUID, sealed: str | None) -> SealedValues:
    """The values of a thing's sealed column; one that does not open differs, and is counted as refused."""
    if column.sealed is None:
        raise ValueError(f"{column.name} is not sealed.")
    field, file = column.sealed.field, column.sealed.expected(args)
    if not sealed:
        return SealedValues(file, None, equal=file is None or file == "")
    try:
        here = field.opened(sealed, thing)
    except UnsealError:
        return SealedValues(file, None, equal=False)
    equal = file is not None and file != "" and field.to_text(file) == field.to_text(here)
    return SealedValues(file, here, equal)
