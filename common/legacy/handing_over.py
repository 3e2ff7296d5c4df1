"""Companies that people work with here from now on, and no longer in the old application."""

from collections.abc import Collection
from uuid import UUID

from common.contracts.company import CompanyHandedOver
from common.legacy.models import HandedOverCompany
from common.messaging.services import Publication, publish_many


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


def companies_note_handed_over(ids: Collection[UUID], *, by: UUID | None) -> None:
    """Write down here that companies are handed over; those that were are left alone."""
    HandedOverCompany.objects.bulk_create(
        [HandedOverCompany(company_id=company_id, handed_over_by=by) for company_id in ids],
        ignore_conflicts=True,
    )
