"""Performance reviews over HTTP, as the published contract has them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from common.security.tenancy import company_scope
from employee_service.employees.choices import ReviewStatus
from employee_service.employees.models import Employee, PerformanceReview
from employee_service.employees.services.reviews import MOVES
from employee_service.employees.tests.factories import ReviewFactory
from employee_service.employees.tests.http import Sign, code, done, hired, told, untimed

pytestmark = pytest.mark.django_db


def reviewed(employee: Employee, reviewer: Employee, **fields: Any) -> PerformanceReview:
    with company_scope(employee.company_id):
        return ReviewFactory.create(
            company_id=employee.company_id, employee=employee, reviewer=reviewer, **fields
        )


def wanted(employee: Employee, reviewer: Employee, **fields: Any) -> dict[str, Any]:
    return {
        "employee_id": str(employee.id),
        "reviewer_id": str(reviewer.id),
        "review_period_start": "2026-01-01",
        "review_period_end": "2026-06-30",
        "review_date": "2026-07-05",
        "overall_rating": 4.5,
        **fields,
    }


def test_a_review_is_written_read_and_told_when_it_is_submitted(sign_in: Sign, company_id: UUID) -> None:
    employee, boss = hired(company_id), hired(company_id)
    body = wanted(
        employee,
        boss,
        goals_achieved=3,
        total_goals=4,
        strengths=["دقيق", "quick"],
        areas_for_improvement=["patience"],
        comments="Well\ndone",
    )
    client, path = sign_in(), f"/employees/{employee.id}/performance-reviews"
    review = done(client.post(path, body), 201)["review"]
    assert body.items() <= review.items()
    assert review["status"] == "draft"
    assert told() == []
    assert done(client.get(f"/performance-reviews/{review['id']}"))["review"] == review
    listed = done(client.get(path))
    assert [untimed(row) for row in listed["reviews"]] == [untimed(review)]
    assert listed["pagination"]["total"] == 1
    assert done(client.get(path, {"status": "approved"}))["reviews"] == []
    done(client.put(f"/performance-reviews/{review['id']}", {"status": "submitted"}))
    [(name, payload)] = told()
    assert (name, payload["reviewer_id"], payload["user_id"]) == (
        "review.submitted",
        str(boss.id),
        str(employee.user_id),
    )
    assert "4.5" not in str(payload)


def test_the_contracts_whole_body_changes_a_draft(sign_in: Sign, company_id: UUID) -> None:
    employee, boss, other = (hired(company_id) for _ in range(3))
    review = reviewed(employee, boss)
    body = wanted(employee, other, overall_rating=2, strengths=[], comments="")
    changed = done(sign_in().put(f"/performance-reviews/{review.id}", body))["review"]
    assert (changed["overall_rating"], changed["reviewer_id"]) == (2.0, str(other.id))
    assert changed["strengths"] == []


@pytest.mark.parametrize("before", ReviewStatus)
@pytest.mark.parametrize("after", ReviewStatus)
def test_a_review_moves_only_as_it_may(
    sign_in: Sign, company_id: UUID, before: ReviewStatus, after: ReviewStatus
) -> None:
    review = reviewed(hired(company_id), hired(company_id), status=before)
    answer = sign_in().put(f"/performance-reviews/{review.id}", {"status": after})
    if after == before or after in MOVES[before]:
        assert done(answer)["review"]["status"] == after
    else:
        assert code(answer) == (409, "REVIEW_STATUS")


def test_only_a_drafts_contents_change(sign_in: Sign, company_id: UUID) -> None:
    review = reviewed(hired(company_id), hired(company_id), status=ReviewStatus.SUBMITTED)
    client, path = sign_in(), f"/performance-reviews/{review.id}"
    for change in ({"overall_rating": 1}, {"comments": "x", "status": "approved"}):
        assert code(client.put(path, change)) == (409, "REVIEW_CLOSED")
    done(client.put(path, {"status": "draft"}))
    done(client.put(path, {"comments": "x", "status": "submitted"}))
    assert [name for name, _payload in told()] == ["review.submitted"]


def test_a_new_review_is_a_draft_or_submitted(sign_in: Sign, company_id: UUID) -> None:
    employee, boss = hired(company_id), hired(company_id)
    client, path = sign_in(), f"/employees/{employee.id}/performance-reviews"
    done(client.post(path, wanted(employee, boss, status="submitted")), 201)
    assert code(client.post(path, wanted(employee, boss, status="approved"))) == (409, "REVIEW_STATUS")
    assert [name for name, _payload in told()] == ["review.submitted"]


def test_a_draft_is_for_those_who_may_write_it(sign_in: Sign, company_id: UUID) -> None:
    boss = hired(company_id)
    worker = hired(company_id, manager_id=boss.id)
    draft = reviewed(worker, boss)
    shown = reviewed(worker, boss, status=ReviewStatus.SUBMITTED)
    path = f"/employees/{worker.id}/performance-reviews"
    for client, ids in [
        (sign_in(), {draft.id, shown.id}),
        (sign_in("supervisor", user_id=boss.user_id), {draft.id, shown.id}),
        (sign_in("employee"), {shown.id}),
        (sign_in("worker", user_id=worker.user_id), {shown.id}),
        # Even who may write reviews does not see drafts of their own.
        (sign_in(user_id=worker.user_id), {shown.id}),
    ]:
        assert {row["id"] for row in done(client.get(path))["reviews"]} == {str(key) for key in ids}
        status = client.get(f"/performance-reviews/{draft.id}").status_code
        assert status == (200 if draft.id in ids else 404)


def test_nobody_writes_the_review_of_their_own_work(sign_in: Sign, company_id: UUID) -> None:
    boss, myself = hired(company_id), hired(company_id)
    client = sign_in("supervisor", user_id=myself.user_id)
    path = f"/employees/{myself.id}/performance-reviews"
    assert code(client.post(path, wanted(myself, boss))) == (403, "OWN_RECORD")
    submitted = reviewed(myself, boss, status=ReviewStatus.SUBMITTED)
    own = f"/performance-reviews/{submitted.id}"
    assert code(client.put(own, {"status": "approved"})) == (403, "OWN_RECORD")
    assert code(sign_in().post(path, wanted(myself, myself))) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("role", ["employee", "worker"])
def test_writing_needs_the_right(sign_in: Sign, company_id: UUID, role: str) -> None:
    employee, boss = hired(company_id), hired(company_id)
    client = sign_in(role)
    path = f"/employees/{employee.id}/performance-reviews"
    assert code(client.post(path, wanted(employee, boss))) == (403, "FORBIDDEN")
    review = reviewed(employee, boss)
    assert code(client.put(f"/performance-reviews/{review.id}", {})) == (403, "FORBIDDEN")


def test_a_reviewer_works_in_the_company(sign_in: Sign, company_id: UUID) -> None:
    employee = hired(company_id)
    client, path = sign_in(), f"/employees/{employee.id}/performance-reviews"
    for reviewer in (hired(uuid4()), hired(company_id, left=True), hired(company_id, pending=True)):
        assert code(client.post(path, wanted(employee, reviewer))) == (422, "UNKNOWN_REVIEWER")


@pytest.mark.parametrize(
    "wrong",
    [
        {"employee_id": str(uuid4())},
        {"employee_id": "me"},
        {"reviewer_id": None},
        {"overall_rating": 0.99},
        {"overall_rating": 5.01},
        {"overall_rating": "4"},
        {"overall_rating": 4.123},
        {"goals_achieved": -1},
        {"goals_achieved": "3"},
        {"goals_achieved": 1.5},
        {"total_goals": True},
        {"goals_achieved": 10**12},
        {"strengths": "quick"},
        {"strengths": [7]},
        {"strengths": ["x"] * 51},
        {"review_date": "05/07/2026"},
        {"review_period_end": "2025-12-31"},
        {"goals_achieved": 5, "total_goals": 4},
        {"status": "done"},
        {"colour": "red"},
    ],
)
def test_bad_values_are_refused(sign_in: Sign, company_id: UUID, wrong: dict[str, Any]) -> None:
    employee, boss = hired(company_id), hired(company_id)
    client = sign_in()
    path = f"/employees/{employee.id}/performance-reviews"
    assert code(client.post(path, wanted(employee, boss, **wrong))) == (422, "VALIDATION_ERROR")
    draft = reviewed(employee, boss)
    change = wanted(employee, boss, **wrong)
    assert code(client.put(f"/performance-reviews/{draft.id}", change)) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    "missing",
    [
        "employee_id", "reviewer_id", "review_period_start", "review_period_end", "review_date",
        "overall_rating",
    ],
)  # fmt: skip
def test_a_new_review_lacks_nothing(sign_in: Sign, company_id: UUID, missing: str) -> None:
    employee, boss = hired(company_id), hired(company_id)
    body = wanted(employee, boss)
    del body[missing]
    answer = sign_in().post(f"/employees/{employee.id}/performance-reviews", body)
    assert code(answer) == (422, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == [missing]


def test_another_companys_reviews_do_not_exist(sign_in: Sign, company_id: UUID) -> None:
    elsewhere = uuid4()
    foreign = reviewed(hired(elsewhere), hired(elsewhere))
    boss = hired(company_id)
    client = sign_in()
    for employee_id, review_id in ((foreign.employee_id, foreign.id), (uuid4(), uuid4())):
        path = f"/employees/{employee_id}/performance-reviews"
        for answer in (
            client.get(path),
            client.post(path, {**wanted(boss, boss), "employee_id": str(employee_id)}),
            client.get(f"/performance-reviews/{review_id}"),
            client.put(f"/performance-reviews/{review_id}", {"status": "submitted"}),
        ):
            assert code(answer) == (404, "NOT_FOUND")
