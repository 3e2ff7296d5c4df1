"""What must hold when hires, folds and changes of the company happen at the same time."""

import random
from functools import partial
from uuid import UUID

from common.sagas.outcomes import Status
from common.security.tenancy import all_companies, company_scope
from common.testing.threads import run_all
from company_service.companies import selectors, services
from company_service.companies.exceptions import DepartmentInUseError
from company_service.companies.models import Company, HeadcountEntry, HeadcountTotal
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    hire_call,
    hire_calls,
    payloads,
)


def hire(company_id: UUID, count: int = 1) -> list[Status]:
    """Hire in a transaction of its own."""
    with company_scope(company_id):
        return [outcome.status for outcome in services.headcount_take(hire_calls(company_id, count))]


def test_fifty_hires_at_once_on_ten_seats_give_exactly_ten(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory(seat_limit=10)
    outcomes = run_all([lambda: hire(company.id)] * 50)
    assert sum(statuses == [Status.DONE] for statuses in outcomes) == 10
    with all_companies("test"):
        assert selectors.headcount_get(company.id) == 10
        assert HeadcountEntry.objects.count() == 10


def test_a_limit_set_while_hiring_is_never_passed(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
    hire(company.id, 3)

    def limit() -> None:
        with company_scope(company.id):
            services.company_update(company_id=company.id, seat_limit=5)
            # What is counted by now was counted before the limit; nobody gets in between.
            limited.append(selectors.headcount_get(company.id))

    limited: list[int] = []
    run_all([limit, *[lambda: hire(company.id)] * 12])
    with all_companies("test"):
        assert selectors.headcount_get(company.id) == max(5, limited[0])


def test_after_a_deactivation_nobody_is_hired(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()

    def deactivate() -> int:
        with company_scope(company.id):
            services.company_deactivate(company_id=company.id)
            return selectors.headcount_get(company.id)

    at_deactivation, *_ = run_all([deactivate, *[lambda: hire(company.id)] * 12])
    with all_companies("test"):
        assert selectors.headcount_get(company.id) == at_deactivation


def test_a_department_is_either_deleted_or_hired_into(committed_db: None) -> None:
    with all_companies("test"):
        company = CompanyFactory()
        departments = [DepartmentFactory(company=company) for _ in range(6)]

    def hire_into(department_id: UUID) -> bool:
        with company_scope(company.id):
            (outcome,) = services.headcount_take([hire_call(company.id, department_id=department_id)])
        return outcome.status is Status.DONE

    def delete(department_id: UUID) -> bool:
        try:
            with company_scope(company.id):
                services.department_delete(department_id=department_id)
        except DepartmentInUseError:
            return False
        return True

    for department in departments:
        results = run_all([partial(hire_into, department.id), partial(delete, department.id)])
        assert sorted(results) == [False, True]


def test_the_headcount_is_exact_while_hires_and_folds_run_at_once(committed_db: None) -> None:
    with all_companies("test"):
        companies = [CompanyFactory() for _ in range(3)]
    seen: list[tuple[UUID, int]] = []

    def hires(seed: int) -> dict[UUID, int]:
        chance = random.Random(seed)
        done: dict[UUID, int] = {company.id: 0 for company in companies}
        for _ in range(15):
            company = chance.choice(companies)
            count = chance.randint(1, 4)
            hire(company.id, count)
            done[company.id] += count
        return done

    def folds() -> dict[UUID, int]:
        for _ in range(20):
            services.headcount_fold()
        return {}

    def reads() -> dict[UUID, int]:
        for _ in range(40):
            with all_companies("test"):
                seen.extend((company.id, selectors.headcount_get(company.id)) for company in companies)
        return {}

    results = run_all([lambda: hires(1), lambda: hires(2), lambda: hires(3), folds, folds, reads])
    for company in companies:
        hired = sum(result.get(company.id, 0) for result in results)
        counts = [count for company_id, count in seen if company_id == company.id]
        assert counts == sorted(counts), "only hires happened, so no reader may see the number fall"
        with all_companies("test"):
            assert selectors.headcount_get(company.id) == hired
            services.headcount_fold()
            assert HeadcountTotal.objects.get(company=company).total == hired
            events = [
                event for event in payloads("headcount.changed") if event["company_id"] == str(company.id)
            ]
            assert sum(event["delta"] for event in events) == events[-1]["headcount"] == hired
            assert not HeadcountEntry.objects.filter(folded=False).exists()


def test_a_late_commit_with_a_lower_id_is_folded_too(committed_db: None) -> None:
    with all_companies("test"):
        company: Company = CompanyFactory()

    def overtaken() -> None:
        with company_scope(company.id):
            services.headcount_take(hire_calls(company.id, 1))
            run_all([lambda: hire(company.id), lambda: hire(company.id)])
            run_all([services.headcount_fold])

    run_all([overtaken])
    services.headcount_fold()
    with all_companies("test"):
        assert HeadcountTotal.objects.get(company=company).total == 3
