"""What the service refuses, as rows that are set aside."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from common.errors import DomainError
from common.legacy.choices import QuarantineReason
from common.legacy.mapper import Imported, Quarantined


def refusals(items: Sequence[Imported[Any]], refused: Mapping[UUID, DomainError]) -> dict[UUID, Quarantined]:
    """Those of ``items`` that were refused, each with why."""
    return {
        item.id: Quarantined(
            QuarantineReason.REFUSED, company_id=item.company_id, detail=f"{error.code}: {error.message}"
        )
        for item in items
        if (error := refused.get(item.id)) is not None
    }
