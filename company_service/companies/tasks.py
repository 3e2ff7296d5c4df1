"""Background work: the saga's headcount step, and what beat starts: the fold, the notices of licences."""

from collections.abc import Sequence

from celery import shared_task

from common.contracts.company import ROLLBACK_COMPANY_HEADCOUNT, UPDATE_HEADCOUNT, UpdateHeadcount
from common.sagas.outcomes import Call, Outcome
from common.sagas.participant import compensates, participates
from company_service.companies import services


@participates(UPDATE_HEADCOUNT, command=UpdateHeadcount)
def update_headcount(calls: Sequence[Call[UpdateHeadcount]]) -> list[Outcome]:
    """Count new people, if their company is active and has seats for them."""
    return services.headcount_take(calls)


@compensates(ROLLBACK_COMPANY_HEADCOUNT, of=UPDATE_HEADCOUNT, command=UpdateHeadcount)
def rollback_company_headcount(calls: Sequence[Call[UpdateHeadcount]]) -> list[Outcome]:
    """Count out again people whose hire did not complete."""
    return services.headcount_give_back(calls)


@shared_task(name="company.fold_headcount")
def fold_headcount() -> None:
    """Add new headcount entries to the totals."""
    services.headcount_fold()


@shared_task(name="company.announce_expiries")
def announce_expiries() -> None:
    """Tell of the licences that have reached a notice step."""
    services.licenses_announce()
