"""Traces of erased people that a late event or a repeated import brought after the erasure."""

from datetime import datetime, timedelta
from uuid import UUID

from common.privacy.everywhere import events_mask
from common.privacy.models import Erasure
from common.privacy.plan import service_plan

LOOKED_AFTER = timedelta(days=30)


def remains_due(before: datetime) -> int:
    """How many erased people are looked after again: those of the 30 days before the moment."""
    return len(_erased(before))


def remains_apply(before: datetime) -> int:
    """Take away what came about them since; returns how many rows had something to take."""
    ids = _erased(before)
    return events_mask(ids) + service_plan().erase_late(ids) if ids else 0


def _erased(before: datetime) -> list[UUID]:
    done = Erasure.objects.filter(done_at__range=(before - LOOKED_AFTER, before)).values_list(
        "ids", flat=True
    )
    return sorted({erased for ids in done for erased in ids})
