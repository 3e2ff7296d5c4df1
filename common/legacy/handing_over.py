"""Companies that people work with here from now on, and no longer in the old application."""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final
from uuid import UUID

from django.conf import settings

from common.contracts.base import owner_of, wire_name
from common.contracts.company import CompanyHandedOver
from common.legacy.errors import UnknownCompanyError
from common.legacy.gathering import gather_facts
from common.legacy.models import HandedOverCompany
from common.legacy.reader import LegacyFile
from common.messaging.services import Publication, publish_many

EVERY: Final = "all"


def companies_hand_over(ids: Collection[UUID], *, by: UUID | None) -> int:
    """Hand companies over in all services, in the caller's transaction and scope; returns how many are new.

    The company service does; the others hear of it.
    """
    known = HandedOverCompany.objects.filter(pk__in=ids).values_list("pk", flat=True)
    fresh = sorted(set(ids).difference(known))
    companies_note_handed_over(fresh, by=by)
    publish_many(
        Publication(CompanyHandedOver(company_id=company_id, handed_over_by=by), company_id, company_id)
        for company_id in fresh
    )
    return len(fresh)


def companies_of_file(file: LegacyFile, named: Collection[str], folder: Path) -> list[UUID]:
    """The ids here of the companies called so, by their old or new id, or of ``all`` that can be carried.

    Raises UnknownCompanyError.
    """
    if not named:
        return []
    with closing(gather_facts(file, folder)) as facts:
        known = facts.companies()
    by_name = known | {str(company_id): company_id for company_id in known.values()}
    unknown = sorted(set(named) - by_name.keys() - {EVERY})
    if unknown:
        raise UnknownCompanyError(f"The file has no company {', '.join(unknown)} that could be handed over.")
    return sorted(
        {by_name[name] for name in named if name != EVERY} | set(known.values() if EVERY in named else ())
    )


def companies_let_go(ids: Collection[UUID]) -> None:
    """Hand companies over by command, in the caller's transaction and scope."""
    if settings.SERVICE.name == owner_of(wire_name(CompanyHandedOver)):
        companies_hand_over(ids, by=None)
    else:
        # Not to wait for the event: the next import here must know.
        companies_note_handed_over(ids, by=None)


def companies_note_handed_over(ids: Collection[UUID], *, by: UUID | None) -> None:
    """Write down here that companies are handed over; those that were are left alone."""
    HandedOverCompany.objects.bulk_create(
        [HandedOverCompany(company_id=company_id, handed_over_by=by) for company_id in ids],
        ignore_conflicts=True,
    )
