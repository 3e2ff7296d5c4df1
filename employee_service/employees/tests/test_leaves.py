"""Leaves over HTTP: asking, deciding, who may, and what happens at once."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.security.tenancy import company_scope
from common.testing.threads import run_all
from employee_service.employees.choices import LeaveStatus, LeaveType
from employee_service.employees.exceptions import LeaveDecidedError, OverlappingLeaveError
from employee_service.employees.models import Employee, Leave
from employee_service.employees.services.employment import employee_terminate
from employee_service.employees.services.leaves import leave_approve, leave_reject, leave_request
from employee_service.employees.tests.factories import LeaveFactory
from employee_service.employees.tests.http import Sign, code, hired, told, untimed
from employee_service.employees.workdays import working_days

# A Sunday, and the Thursday eleven days later: two weeks of work.
SUNDAY, THURSDAY = date(2026, 12, 6), date(2026, 12, 17)
WANTED = {"type": "annual", "start_date": SUNDAY.isoformat(), "end_date": THURSDAY.isoformat()}


def on_leave(employee: Employee, **fields: Any) -> Leave:
    with company_scope(employee.company_id):
        return LeaveFactory.create(company_id=employee.company_id, employee=employee, **fields)


def ids(answer: Any) -> set[str]:
    assert answer.status_code == 200, answer.content
    return {row["id"] for row in answer.json()["leaves"]}


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (date(2026, 12, 6), date(2026, 12, 6), 1),
        (date(2026, 12, 4), date(2026, 12, 5), 0),
        (date(2026, 12, 3), date(2026, 12, 6), 2),
        (date(2026, 12, 6), date(2026, 12, 17), 10),
        (date(2026, 1, 1), date(2026, 12, 31), 261),
        (date(2026, 12, 6), date(2026, 12, 1), 0),
    ],
)
def test_friday_and_saturday_are_no_working_days(first: date, last: date, days: int) -> None:
    assert working_days(first, last) == days


@pytest.mark.django_db
class TestAsking:
    def test_a_worker_asks_for_leave_and_the_manager_is_told(self, sign_in: Sign, company_id: UUID) -> None:
        boss = hired(company_id)
        worker = hired(company_id, manager_id=boss.id)
        client = sign_in("worker", user_id=worker.user_id)
        answer = client.post(f"/employees/{worker.id}/leaves", {**WANTED, "reason": "سفر"})
        assert answer.status_code == 201, answer.content
        leave = answer.json()["leave"]
        assert (leave["status"], leave["days"], leave["reason"]) == ("pending", 10, "سفر")
        assert (leave["employee_id"], leave["requested_by"]) == (str(worker.id), str(worker.user_id))
        assert "decided_by" not in leave
        [(name, payload)] = told()
        assert (name, payload["manager_user_id"], payload["days"]) == (
            "leave.requested",
            str(boss.user_id),
            10,
        )
        assert client.get(f"/leaves/{leave['id']}").json()["leave"] == leave
        for path in (f"/employees/{worker.id}/leaves", "/leaves"):
            [row] = client.get(path).json()["leaves"]
            assert untimed(row) == untimed(leave)
            assert row.keys() == leave.keys()

    def test_office_staff_ask_for_anybody_and_a_supervisor_for_reports(
        self, sign_in: Sign, company_id: UUID
    ) -> None:
        boss = hired(company_id)
        report, stranger = hired(company_id, manager_id=boss.id), hired(company_id)
        supervisor = sign_in("supervisor", user_id=boss.user_id)
        assert supervisor.post(f"/employees/{report.id}/leaves", WANTED).status_code == 201
        assert code(supervisor.post(f"/employees/{stranger.id}/leaves", WANTED)) == (404, "NOT_FOUND")
        assert sign_in("employee").post(f"/employees/{stranger.id}/leaves", WANTED).status_code == 201

    def test_a_worker_asks_for_nobody_else(self, sign_in: Sign, company_id: UUID) -> None:
        worker, colleague = hired(company_id), hired(company_id)
        client = sign_in("worker", user_id=worker.user_id)
        for method in (client.get, client.post):
            assert code(method(f"/employees/{colleague.id}/leaves", WANTED)) == (404, "NOT_FOUND")
        assert code(client.get(f"/leaves/{on_leave(colleague).id}")) == (404, "NOT_FOUND")
        assert ids(client.get("/leaves")) == set()

    @pytest.mark.parametrize(
        "wrong",
        [
            {"type": "holiday"},
            {"type": None},
            {"start_date": "2026-12-32"},
            {"start_date": "06/12/2026"},
            {"start_date": 7},
            {"start_date": "2026-12-20"},
            {"start_date": "2031-01-01", "end_date": "2031-01-02"},
            {"start_date": "2026-12-04", "end_date": "2026-12-05"},
            {"start_date": "2025-01-01"},
            {"end_date": None},
            {"reason": "x" * 2001},
            {"reason": "a\u202eb"},
            {"status": "approved"},
            {"days": 1},
            {"employee_id": str(uuid4())},
        ],
    )
    def test_bad_requests_are_refused(self, sign_in: Sign, company_id: UUID, wrong: dict[str, Any]) -> None:
        employee = hired(company_id)
        answer = sign_in().post(f"/employees/{employee.id}/leaves", {**WANTED, **wrong})
        assert code(answer) == (422, "VALIDATION_ERROR")
        assert answer.json()["error"]["details"]
        assert told() == []

    def test_a_reason_may_have_lines(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        answer = sign_in().post(f"/employees/{employee.id}/leaves", {**WANTED, "reason": "one\ntwo"})
        assert answer.json()["leave"]["reason"] == "one\ntwo"

    def test_days_before_the_hire_are_refused(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id, hire_date=date(2026, 12, 7))
        answer = sign_in().post(f"/employees/{employee.id}/leaves", WANTED)
        assert code(answer) == (422, "OUTSIDE_EMPLOYMENT")

    def test_who_left_gets_no_leave_and_a_coming_hire_does_not_exist(
        self, sign_in: Sign, company_id: UUID
    ) -> None:
        former, pending = hired(company_id, left=True), hired(company_id, pending=True)
        client = sign_in()
        assert code(client.post(f"/employees/{former.id}/leaves", WANTED)) == (409, "EMPLOYMENT_ENDED")
        assert code(client.post(f"/employees/{pending.id}/leaves", WANTED)) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("status", LeaveStatus)
    def test_waiting_and_approved_days_are_taken(
        self, sign_in: Sign, company_id: UUID, status: LeaveStatus
    ) -> None:
        employee, colleague = hired(company_id), hired(company_id)
        on_leave(employee, status=status, start_date=THURSDAY, end_date=THURSDAY + timedelta(days=7))
        client = sign_in()
        answer = client.post(f"/employees/{employee.id}/leaves", WANTED)
        if status in {LeaveStatus.PENDING, LeaveStatus.APPROVED}:
            assert code(answer) == (409, "LEAVE_OVERLAPS")
        else:
            assert answer.status_code == 201
        assert client.post(f"/employees/{colleague.id}/leaves", WANTED).status_code == 201

    def test_days_that_old_leaves_share_are_taken_too(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        on_leave(employee, start_date=SUNDAY, end_date=SUNDAY)
        on_leave(employee, start_date=SUNDAY, end_date=THURSDAY, shares_days=True)
        wanted = WANTED | {"start_date": THURSDAY.isoformat()}
        assert code(sign_in().post(f"/employees/{employee.id}/leaves", wanted)) == (409, "LEAVE_OVERLAPS")

    def test_the_same_key_asks_once(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        client, path = sign_in(), f"/employees/{employee.id}/leaves"
        first, again = (client.post(path, WANTED, headers={"Idempotency-Key": "k1"}) for _ in range(2))
        assert first.json() == again.json()
        assert len(told()) == 1


@pytest.mark.django_db
class TestDeciding:
    def test_an_approval_is_kept_with_who_and_when(self, sign_in: Sign, company_id: UUID) -> None:
        manager = uuid4()
        leave = on_leave(hired(company_id))
        answer = sign_in(user_id=manager).post(f"/leaves/{leave.id}/approve", {"reason": "enjoy"})
        assert answer.status_code == 200, answer.content
        body = answer.json()["leave"]
        assert (body["status"], body["decided_by"], body["decision_reason"], body["version"]) == (
            "approved",
            str(manager),
            "enjoy",
            2,
        )
        assert body["decided_at"]
        [(name, payload)] = told()
        assert (name, payload["decided_by"]) == ("leave.approved", str(manager))

    def test_a_rejection_says_why(self, sign_in: Sign, company_id: UUID) -> None:
        leave = on_leave(hired(company_id))
        client, path = sign_in(), f"/leaves/{leave.id}/reject"
        for nothing in ({}, {"reason": ""}, {"reason": "  \n "}, {"reason": None}, {"why": "x"}):
            assert code(client.post(path, nothing)) == (422, "VALIDATION_ERROR")
        answer = client.post(path, {"reason": "stocktaking"})
        assert answer.json()["leave"]["status"] == "rejected"
        [(name, payload)] = told()
        assert (name, payload["reason"]) == ("leave.rejected", "stocktaking")

    def test_what_is_decided_is_decided(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        client = sign_in(user_id=uuid4())
        for status in (LeaveStatus.APPROVED, LeaveStatus.REJECTED, LeaveStatus.CANCELLED):
            leave = on_leave(employee, status=status, start_date=SUNDAY + timedelta(days=30 * len(status)))
            for verb in ("approve", "reject"):
                answer = client.post(f"/leaves/{leave.id}/{verb}", {"reason": "again"})
                assert code(answer) == (409, "LEAVE_DECIDED")
            own = sign_in("worker", user_id=employee.user_id)
            assert code(own.post(f"/leaves/{leave.id}/cancel")) == (409, "LEAVE_DECIDED")
        assert told() == []

    @pytest.mark.parametrize("role", ["company_manager", "supervisor", "super_admin"])
    def test_nobody_decides_about_their_own(self, sign_in: Sign, company_id: UUID, role: str) -> None:
        myself = hired(company_id)
        leave = on_leave(myself)
        client = sign_in(role, user_id=myself.user_id)
        for verb in ("approve", "reject"):
            answer = client.post(f"/leaves/{leave.id}/{verb}", {"reason": "because"})
            assert code(answer) == (403, "OWN_LEAVE")

    def test_a_supervisor_decides_about_direct_reports_only(self, sign_in: Sign, company_id: UUID) -> None:
        boss = hired(company_id)
        report = hired(company_id, manager_id=boss.id)
        below = hired(company_id, manager_id=report.id)
        client = sign_in("supervisor", user_id=boss.user_id)
        assert client.post(f"/leaves/{on_leave(report).id}/approve", {}).status_code == 200
        for other in (below, hired(company_id)):
            path = f"/leaves/{on_leave(other).id}"
            assert code(client.get(path)) == (404, "NOT_FOUND")
            assert code(client.post(f"{path}/approve", {})) == (404, "NOT_FOUND")
            assert code(client.post(f"{path}/reject", {"reason": "no"})) == (404, "NOT_FOUND")

    @pytest.mark.parametrize("role", ["employee", "worker"])
    def test_who_may_not_approve_does_not(self, sign_in: Sign, company_id: UUID, role: str) -> None:
        leave = on_leave(hired(company_id))
        client = sign_in(role)
        assert code(client.post(f"/leaves/{leave.id}/approve", {})) == (403, "FORBIDDEN")
        assert code(client.post(f"/leaves/{leave.id}/reject", {"reason": "no"})) == (403, "FORBIDDEN")

    def test_another_companys_leave_does_not_exist(self, sign_in: Sign, company_id: UUID) -> None:
        foreign = on_leave(hired(uuid4()))
        client = sign_in()
        bodies = set()
        for leave_id in (foreign.id, uuid4()):
            answers = [
                client.get(f"/leaves/{leave_id}"),
                client.post(f"/leaves/{leave_id}/approve", {}),
                client.post(f"/leaves/{leave_id}/reject", {"reason": "no"}),
                client.post(f"/leaves/{leave_id}/cancel"),
            ]
            bodies |= {str((answer.status_code, answer.json()["error"])) for answer in answers}
        assert len(bodies) == 1
        assert ids(client.get("/leaves", {"employee_id": str(foreign.employee_id)})) == set()

    def test_days_after_the_last_one_are_not_approved(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        late, early = on_leave(employee), on_leave(employee, start_date=date(2026, 11, 1), days=1)
        with company_scope(company_id):
            employee_terminate(employee_id=employee.id, last_day=date(2026, 12, 1))
        client = sign_in()
        assert code(client.post(f"/leaves/{late.id}/approve", {})) == (422, "OUTSIDE_EMPLOYMENT")
        assert client.post(f"/leaves/{late.id}/reject", {"reason": "left"}).status_code == 200
        assert client.post(f"/leaves/{early.id}/approve", {}).status_code == 200

    def test_a_request_is_taken_back_by_the_person_or_who_asked(
        self, sign_in: Sign, company_id: UUID
    ) -> None:
        worker, office = hired(company_id), uuid4()
        own = on_leave(worker)
        asked = on_leave(hired(company_id), requested_by=office)
        assert code(sign_in().post(f"/leaves/{own.id}/cancel")) == (403, "FORBIDDEN")
        assert code(sign_in().post(f"/leaves/{own.id}/cancel", {"why": "x"})) == (422, "VALIDATION_ERROR")
        answer = sign_in("worker", user_id=worker.user_id).post(f"/leaves/{own.id}/cancel")
        assert answer.json()["leave"]["status"] == "cancelled"
        assert sign_in("employee", user_id=office).post(f"/leaves/{asked.id}/cancel").status_code == 200
        assert [name for name, _payload in told()] == ["leave.cancelled"] * 2


@pytest.mark.django_db
class TestLists:
    def test_filters_narrow_the_list(self, sign_in: Sign, company_id: UUID) -> None:
        one, other = hired(company_id), hired(company_id)
        sick = on_leave(
            one, leave_type=LeaveType.SICK, start_date=date(2026, 3, 1), end_date=date(2026, 3, 3)
        )
        annual = on_leave(other, status=LeaveStatus.APPROVED)
        client = sign_in()
        for query, expected in [
            ({}, {sick, annual}),
            ({"status": "approved"}, {annual}),
            ({"type": "sick"}, {sick}),
            ({"employee_id": str(other.id)}, {annual}),
            ({"from_date": "2026-03-03", "to_date": "2026-03-03"}, {sick}),
            ({"from_date": "2026-03-04"}, {annual}),
            ({"to_date": "2026-02-28"}, set()),
        ]:
            assert ids(client.get("/leaves", query)) == {str(leave.id) for leave in expected}, query
        assert ids(client.get(f"/employees/{one.id}/leaves", {"type": "annual"})) == set()

    @pytest.mark.parametrize(
        "query",
        [
            {"status": "open"},
            {"type": "x"},
            {"from_date": "tomorrow"},
            {"waiting_for_me": "perhaps"},
            {"company_id": str(uuid4())},
            {"colour": "red"},
            {"employee_id": "7"},
        ],
    )
    def test_parameters_that_mean_nothing_are_refused(self, sign_in: Sign, query: dict[str, str]) -> None:
        assert code(sign_in().get("/leaves", query)) == (422, "VALIDATION_ERROR")

    def test_what_waits_for_me_are_requests_of_my_reports(self, sign_in: Sign, company_id: UUID) -> None:
        chief = hired(company_id)
        boss = hired(company_id, manager_id=chief.id)
        report = hired(company_id, manager_id=boss.id)
        mine, decided = on_leave(report), on_leave(report, status=LeaveStatus.REJECTED)
        own, of_chief = on_leave(boss), on_leave(chief)
        waiting = {"waiting_for_me": "true"}
        assert ids(sign_in("supervisor", user_id=boss.user_id).get("/leaves", waiting)) == {str(mine.id)}
        assert ids(sign_in(user_id=chief.user_id).get("/leaves", waiting)) == {str(own.id)}
        # Whom nobody manages waits for whoever decides for the company.
        assert ids(sign_in().get("/leaves", waiting)) == {str(of_chief.id)}
        assert ids(sign_in("employee").get("/leaves", waiting)) == set()
        assert str(decided.id) in ids(sign_in().get("/leaves"))

    def test_a_super_administrator_names_a_company(self, sign_in: Sign, company_id: UUID) -> None:
        here, there = on_leave(hired(company_id)), on_leave(hired(uuid4()))
        client = sign_in("super_admin", company_id=None)
        assert ids(client.get("/leaves")) == {str(here.id), str(there.id)}
        assert ids(client.get("/leaves", {"company_id": str(company_id)})) == {str(here.id)}

    def test_cursors_go_through_all_and_cost_the_same(self, sign_in: Sign, company_id: UUID) -> None:
        employee = hired(company_id)
        for week in range(7):
            day = date(2026, 1, 4) + timedelta(weeks=week)
            on_leave(employee, start_date=day, end_date=day, days=1)
        client = sign_in()
        seen: list[str] = []
        costs: set[int] = set()
        cursor: str | None = ""
        while cursor is not None:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get("/leaves", {"cursor": cursor, "limit": "3"})
            costs.add(len(queries))
            seen += [row["start_date"] for row in answer.json()["leaves"]]
            cursor = answer.json()["pagination"]["next_cursor"]
        assert seen == sorted(seen, reverse=True)
        assert (len(seen), len(costs)) == (7, 1)


@pytest.mark.django_db
def test_the_database_refuses_what_no_leave_may_be(company_id: UUID) -> None:
    employee = hired(company_id)
    foreign = hired(uuid4())
    on_leave(employee)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"start_date": date(2026, 12, 7), "end_date": date(2026, 12, 8)}, "do_not_overlap"),
        ({"start_date": date(2027, 1, 7), "end_date": date(2027, 1, 6)}, "before_it_starts"),
        ({"start_date": date(2027, 1, 7), "decided_at": timezone.now()}, "decided_or_waiting"),
        ({"employee": foreign}, "belongs_to_an_employee"),
    ]
    for fields, constraint in refused:
        with (
            company_scope(company_id),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            LeaveFactory.create(**{"company_id": company_id, "employee": employee, **fields})


def outcome(work: Callable[[], Any]) -> str:
    try:
        work()
    except (LeaveDecidedError, OverlappingLeaveError) as refusal:
        return refusal.code
    return "done"


def test_of_many_decisions_at_once_one_wins(committed_db: None, company_id: UUID) -> None:
    leave = on_leave(hired(company_id))

    def approve() -> str:
        with company_scope(company_id):
            return outcome(lambda: leave_approve(leave_id=leave.id, decided_by=uuid4()))

    def reject() -> str:
        with company_scope(company_id):
            return outcome(lambda: leave_reject(leave_id=leave.id, decided_by=uuid4(), reason="no"))

    results = run_all([approve, reject] * 6)
    assert sorted(results) == ["LEAVE_DECIDED"] * 11 + ["done"]
    assert len(told()) == 1


def test_of_overlapping_requests_at_once_one_wins(committed_db: None, company_id: UUID) -> None:
    employee = hired(company_id)

    def ask(day: int) -> str:
        with company_scope(company_id):
            return outcome(
                lambda: leave_request(
                    employee_id=employee.id,
                    leave_type=LeaveType.ANNUAL,
                    start_date=SUNDAY + timedelta(days=day % 4),
                    end_date=THURSDAY,
                    requested_by=employee.user_id,
                )
            )

    results = run_all([partial(ask, day) for day in range(12)])
    assert sorted(results) == ["LEAVE_OVERLAPS"] * 11 + ["done"]
    with company_scope(company_id):
        assert Leave.objects.count() == 1
    assert len(told()) == 1
