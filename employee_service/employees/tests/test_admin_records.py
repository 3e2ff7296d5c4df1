"""The pages of leaves, deductions, violations and reviews, and their sections on an employee's page."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.reference.models import CompanyRef, UserRef
from common.security.tenancy import all_companies, company_scope
from common.testing.staff import sign_in
from employee_service.employees.choices import DeductionStatus, LeaveStatus, ReviewStatus
from employee_service.employees.models import (
    Deduction,
    Employee,
    EmploymentEvent,
    Leave,
    PerformanceReview,
    Violation,
)
from employee_service.employees.services.employment import employee_terminate, employee_update
from employee_service.employees.tests.factories import (
    DeductionFactory,
    DepartmentRefFactory,
    LeaveFactory,
    ReviewFactory,
    ViolationFactory,
)
from employee_service.employees.tests.http import hired, told
from employee_service.employees.tests.test_admin import form_of

pytestmark = pytest.mark.django_db
ADMIN = "/admin/employees"
LEAVES = f"{ADMIN}/leave/"


@pytest.fixture
def browser() -> Client:
    return Client()


@pytest.fixture
def manager(browser: Client, company_id: UUID) -> Client:
    sign_in(browser, role="company_manager", company_id=company_id)
    return browser


def made(factory: Any, employee: Employee, **fields: Any) -> Any:
    with company_scope(employee.company_id):
        return factory.create(company_id=employee.company_id, employee=employee, **fields)


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return str(answer.content.decode())


def reread(record: Any) -> Any:
    with all_companies("looking at everything"):
        return type(record).objects.get(pk=record.pk)


def shown(page: str, *numbers: str) -> list[str]:
    return [number for number in numbers if number in page]


class TestLeaves:
    def test_the_list_begins_with_what_waits_for_the_reader(self, browser: Client, company_id: UUID) -> None:
        boss = hired(company_id, number="BOSS")
        mine = hired(company_id, number="MINE", manager_id=boss.id)
        done = hired(company_id, number="DONE", manager_id=boss.id)
        other = hired(company_id, number="OTHER", manager_id=mine.id)
        made(LeaveFactory, mine)
        made(LeaveFactory, done, status=LeaveStatus.APPROVED)
        made(LeaveFactory, other)
        made(LeaveFactory, boss)
        sign_in(browser, role="company_manager", company_id=company_id, id=boss.user_id)
        numbers = ("MINE", "DONE", "OTHER", "BOSS")
        assert shown(text(browser.get(LEAVES)), *numbers) == ["MINE"]
        assert shown(text(browser.get(LEAVES, {"decision": "waiting"})), *numbers) == [
            "MINE",
            "OTHER",
            "BOSS",
        ]
        assert shown(text(browser.get(LEAVES, {"decision": "all"})), *numbers) == list(numbers)

    def test_who_decides_nothing_sees_all_of_the_company(self, browser: Client, company_id: UUID) -> None:
        made(LeaveFactory, hired(company_id, number="HERE"))
        made(LeaveFactory, hired(uuid4(), number="THERE"))
        sign_in(browser, role="employee", company_id=company_id)
        page = text(browser.get(LEAVES))
        assert shown(page, "HERE", "THERE") == ["HERE"]
        assert "Approve the selected" not in page

    def test_a_supervisor_sees_reports_only(self, browser: Client, company_id: UUID) -> None:
        boss = hired(company_id)
        made(LeaveFactory, hired(company_id, number="REPORT", manager_id=boss.id))
        stranger = made(LeaveFactory, hired(company_id, number="STRANGER"))
        sign_in(browser, role="supervisor", company_id=company_id, id=boss.user_id)
        page = text(browser.get(LEAVES, {"decision": "all"}))
        assert shown(page, "REPORT", "STRANGER") == ["REPORT"]
        assert browser.get(f"{LEAVES}{stranger.pk}/change/").status_code == 302

    @pytest.mark.parametrize("search", ["نوره", "h-1"])
    def test_a_leave_is_found_by_the_persons_name(
        self, manager: Client, company_id: UUID, search: str
    ) -> None:
        made(LeaveFactory, hired(company_id, number="H-1", full_name_ar="نورة السالم"))
        made(LeaveFactory, hired(company_id, number="X-2", first_name="Ali", last_name="Hasan"))
        page = text(manager.get(LEAVES, {"q": search, "decision": "all"}))
        assert shown(page, "H-1", "X-2") == ["H-1"]

    def test_the_list_costs_the_same_for_one_and_for_many(self, manager: Client, company_id: UUID) -> None:
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                text(manager.get(LEAVES))
            return len(queries)

        made(LeaveFactory, hired(company_id))
        text(manager.get(LEAVES))
        alone = count()
        for _ in range(20):
            made(LeaveFactory, hired(company_id))
        assert count() == alone <= 12

    def test_an_approval_shows_what_is_asked_for_and_then_is_done(
        self, manager: Client, company_id: UUID
    ) -> None:
        leave = made(LeaveFactory, hired(company_id, number="CHOSEN"), reason="سفر")
        url = f"{LEAVES}?decision=all"
        action = {"action": "approve", "_selected_action": str(leave.pk)}
        assert "Approve" in text(manager.get(f"{LEAVES}{leave.pk}/change/"))
        page = text(manager.post(url, action))
        assert shown(page, "CHOSEN", "سفر", 'name="reason"') == ["CHOSEN", "سفر", 'name="reason"']
        assert reread(leave).status == LeaveStatus.PENDING
        answer = manager.post(url, {**action, "confirmed": "1", "reason": ""})
        assert answer["Location"].endswith(url)
        assert reread(leave).status == LeaveStatus.APPROVED
        assert [name for name, _payload in told()] == ["leave.approved"]

    def test_a_rejection_asks_for_a_reason(self, manager: Client, company_id: UUID) -> None:
        leave = made(LeaveFactory, hired(company_id))
        url = f"{LEAVES}?decision=all"
        action = {"action": "reject", "_selected_action": str(leave.pk), "confirmed": "1"}
        assert "This field is required." in text(manager.post(url, {**action, "reason": " "}))
        manager.post(url, {**action, "reason": "stocktaking"})
        kept = reread(leave)
        assert (kept.status, kept.decision_reason) == (LeaveStatus.REJECTED, "stocktaking")

    def test_all_selected_are_decided_or_none(self, browser: Client, company_id: UUID) -> None:
        myself = hired(company_id)
        own, other = made(LeaveFactory, myself), made(LeaveFactory, hired(company_id))
        sign_in(browser, role="company_manager", company_id=company_id, id=myself.user_id)
        browser.post(
            f"{LEAVES}?decision=all",
            {"action": "approve", "_selected_action": [str(own.pk), str(other.pk)], "confirmed": "1"},
        )
        assert reread(own).status == reread(other).status == LeaveStatus.PENDING
        assert told() == []

    def test_who_may_only_look_decides_nothing(self, browser: Client, company_id: UUID) -> None:
        leave = made(LeaveFactory, hired(company_id))
        sign_in(browser, role="employee", company_id=company_id)
        browser.post(LEAVES, {"action": "approve", "_selected_action": str(leave.pk), "confirmed": "1"})
        assert reread(leave).status == LeaveStatus.PENDING

    def test_staff_ask_on_behalf_of_somebody_and_take_it_back(
        self, browser: Client, company_id: UUID
    ) -> None:
        member = sign_in(browser, role="employee", company_id=company_id)
        employee = hired(company_id)
        wanted = {
            "employee": str(employee.id),
            "leave_type": "sick",
            "start_date": "2026-12-06",
            "end_date": "2026-12-08",
            "reason": "",
        }
        assert browser.post(f"{LEAVES}add/", wanted).status_code == 302
        with all_companies("looking at everything"):
            leave = Leave.objects.get()
        assert (leave.days, leave.requested_by, leave.status) == (3, member.id, LeaveStatus.PENDING)
        browser.post(LEAVES, {"action": "cancel", "_selected_action": str(leave.pk)})
        assert reread(leave).status == LeaveStatus.CANCELLED

    def test_a_refusal_is_shown_and_nothing_is_kept(self, manager: Client, company_id: UUID) -> None:
        employee = hired(company_id)
        made(LeaveFactory, employee)
        wanted = {
            "employee": str(employee.id),
            "leave_type": "sick",
            "start_date": "2026-12-07",
            "end_date": "2026-12-08",
        }
        answer = manager.post(f"{LEAVES}add/", wanted, follow=True)
        assert "There is a leave on some of these days already." in text(answer)
        with all_companies("looking at everything"):
            assert Leave.objects.count() == 1

    def test_a_leave_is_not_changed_or_deleted(self, manager: Client, company_id: UUID) -> None:
        leave = made(LeaveFactory, hired(company_id))
        page = f"{LEAVES}{leave.pk}"
        assert manager.post(f"{page}/change/", {"start_date": "2026-12-07"}).status_code == 403
        assert manager.get(f"{page}/delete/").status_code == 403

    def test_the_deciders_name_is_shown(self, manager: Client, company_id: UUID) -> None:
        decider = uuid4()
        with all_companies("test"):
            UserRef.objects.create(
                user_id=decider,
                email="d@example.com",
                first_name="Dana",
                last_name="H",
                company_ids=[company_id],
            )
            CompanyRef.objects.create(company_id=company_id, name="Textiles", name_folded="textiles")
        made(LeaveFactory, hired(company_id), status=LeaveStatus.REJECTED, decided_by=decider)
        assert "Dana H" in text(manager.get(LEAVES, {"decision": "all"}))
        group = Client()
        sign_in(group, role="super_admin")
        assert "Textiles" in text(group.get(LEAVES, {"decision": "all"}))


class TestOtherRecords:
    def test_deductions_are_recorded_and_changed_by_their_service(
        self, manager: Client, company_id: UUID
    ) -> None:
        employee = hired(company_id)
        wanted = {
            "employee": str(employee.id),
            "deduction_type": "loan",
            "amount": "25.125",
            "effective_date": "2026-12-01",
            "description": "",
        }
        assert manager.post(f"{ADMIN}/deduction/add/", wanted).status_code == 302
        with all_companies("looking at everything"):
            deduction = Deduction.objects.get()
        page = f"{ADMIN}/deduction/{deduction.pk}/change/"
        assert manager.post(page, {**wanted, "amount": "30", "status": "completed"}).status_code == 302
        assert (reread(deduction).amount, reread(deduction).status) == (
            Decimal(30),
            DeductionStatus.COMPLETED,
        )
        assert manager.post(page, {**wanted, "status": "active"}).status_code == 403
        assert [name for name, _payload in told()] == ["deduction.created", "deduction.updated"]
        assert "30.000" in text(manager.get(f"{ADMIN}/deduction/"))
        assert "more than nothing" in text(manager.post(f"{ADMIN}/deduction/add/", {**wanted, "amount": "0"}))

    def test_deductions_are_for_who_may_see_pay(self, browser: Client, company_id: UUID) -> None:
        boss = hired(company_id)
        report = hired(company_id, number="REPORT", manager_id=boss.id)
        deduction = made(DeductionFactory, report)
        sign_in(browser, role="supervisor", company_id=company_id, id=boss.user_id)
        assert "REPORT" not in text(browser.get(f"{ADMIN}/deduction/"))
        assert browser.get(f"{ADMIN}/deduction/{deduction.pk}/change/").status_code == 302
        assert "25.500" not in text(browser.get(f"{ADMIN}/employee/{report.id}/change/"))

    def test_violations_are_recorded_and_corrected(self, manager: Client, company_id: UUID) -> None:
        employee = hired(company_id)
        wanted = {
            "employee": str(employee.id),
            "violation_type": "safety",
            "severity": "high",
            "occurred_on": "2026-11-01",
            "description": "No helmet",
        }
        assert manager.post(f"{ADMIN}/violation/add/", wanted).status_code == 302
        with all_companies("looking at everything"):
            violation = Violation.objects.get()
        page = f"{ADMIN}/violation/{violation.pk}/change/"
        assert manager.post(page, {**wanted, "severity": "low"}).status_code == 302
        assert (reread(violation).severity, reread(violation).version) == ("low", 2)
        assert [name for name, _payload in told()] == ["violation.recorded"]

    def test_a_review_is_written_submitted_and_then_only_moved(
        self, manager: Client, company_id: UUID
    ) -> None:
        employee, boss = hired(company_id), hired(company_id)
        wanted = {
            "employee": str(employee.id),
            "reviewer": str(boss.id),
            "review_period_start": "2026-01-01",
            "review_period_end": "2026-06-30",
            "review_date": "2026-07-01",
            "overall_rating": "4.5",
            "goals_achieved": "",
            "total_goals": "",
            "strengths": "quick\r\nدقيق",
            "areas_for_improvement": "",
            "comments": "",
            "status": "draft",
        }
        answer = manager.post(f"{ADMIN}/performancereview/add/", wanted)
        assert answer.status_code == 302, text(answer)
        with all_companies("looking at everything"):
            review = PerformanceReview.objects.get()
        assert (review.strengths, review.reviewer_id) == (["quick", "دقيق"], boss.id)
        page = f"{ADMIN}/performancereview/{review.pk}/change/"
        assert manager.post(page, {**wanted, "overall_rating": "3", "status": "submitted"}).status_code == 302
        assert (reread(review).overall_rating, reread(review).status) == (3, ReviewStatus.SUBMITTED)
        form = text(manager.get(page))
        assert 'name="overall_rating"' not in form
        assert '<option value="completed"' not in form
        assert manager.post(page, {"status": "approved"}).status_code == 302
        assert reread(review).status == ReviewStatus.APPROVED

    @pytest.mark.parametrize(
        ("model", "factory"),
        [
            ("deduction", DeductionFactory),
            ("violation", ViolationFactory),
            ("performancereview", ReviewFactory),
        ],
    )
    def test_nothing_is_deleted_and_nothing_is_foreign(
        self, manager: Client, company_id: UUID, model: str, factory: Any
    ) -> None:
        def record(company: UUID) -> Any:
            more = {"reviewer": hired(company)} if model == "performancereview" else {}
            return made(factory, hired(company), **more)

        own, foreign = record(company_id), record(uuid4())
        page = text(manager.get(f"{ADMIN}/{model}/"))
        assert shown(page, str(own.pk), str(foreign.pk)) == [str(own.pk)]
        assert manager.get(f"{ADMIN}/{model}/{own.pk}/delete/").status_code == 403
        assert manager.get(f"{ADMIN}/{model}/{own.pk}/change/").status_code == 200
        assert manager.get(f"{ADMIN}/{model}/{foreign.pk}/change/").status_code == 302


class TestTheEmployeesPage:
    def test_it_has_sections_and_a_timeline_in_words(self, manager: Client, company_id: UUID) -> None:
        boss = hired(company_id, number="BOSS-7")
        employee = hired(company_id, salary=Decimal("500.000"))
        leave = made(LeaveFactory, employee)
        made(DeductionFactory, employee)
        made(ViolationFactory, employee)
        made(ReviewFactory, employee, reviewer=boss)
        with company_scope(company_id):
            department = DepartmentRefFactory.create(company_id=company_id, name="Tailoring")
            employee_update(
                employee_id=employee.id,
                changes={
                    "department_id": department.department_id,
                    "manager_id": boss.id,
                    "salary": Decimal("650.250"),
                },
                reason="a better offer",
            )
            employee_terminate(employee_id=employee.id, last_day=date(2026, 11, 30))
        page = text(manager.get(f"{ADMIN}/employee/{employee.id}/change/"))
        for word in (
            "25.500", "Two hours late", "4.25", "Tailoring", "BOSS-7", "650.250", "a better offer",
            "employment ended", "manager changed", f"leave/add/?employee={employee.id}",
            f"leave/{leave.pk}/change/",
        ):  # fmt: skip
            assert word in page, word

    def test_who_may_not_see_pay_sees_no_pay_in_the_timeline(self, browser: Client, company_id: UUID) -> None:
        employee = hired(company_id, salary=Decimal("500.000"))
        with company_scope(company_id):
            changes: dict[str, Any] = {"salary": Decimal("650.250"), "position": "Cashier"}
            employee_update(employee_id=employee.id, changes=changes, reason="a better offer")
        sign_in(browser, role="employee", company_id=company_id, permissions=["employees:view"])
        page = text(browser.get(f"{ADMIN}/employee/{employee.id}/change/"))
        assert shown(page, "Cashier", "650.250", "a better offer", "deduction/add") == ["Cashier"]

    def test_a_change_is_dated_and_explained(self, manager: Client, company_id: UUID) -> None:
        employee = hired(company_id)
        answer = manager.post(
            f"{ADMIN}/employee/{employee.id}/change/",
            form_of(employee, position="Cashier", effective_date="2026-02-01", change_reason="promotion"),
        )
        assert answer.status_code == 302, text(answer)
        with all_companies("looking at everything"):
            entry = EmploymentEvent.objects.get(employee=employee)
        assert (entry.effective_date, entry.reason) == (date(2026, 2, 1), "promotion")

    def test_more_records_cost_no_more_queries(self, manager: Client, company_id: UUID) -> None:
        employee = hired(company_id)
        url = f"{ADMIN}/employee/{employee.id}/change/"

        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                text(manager.get(url))
            return len(queries)

        made(LeaveFactory, employee)
        text(manager.get(url))
        alone = count()
        for week in range(1, 6):
            day = date(2026, 12, 20) + timedelta(weeks=week)
            made(LeaveFactory, employee, start_date=day, end_date=day)
            made(DeductionFactory, employee)
            made(ViolationFactory, employee)
            made(ReviewFactory, employee, reviewer=hired(company_id))
            with company_scope(company_id):
                employee_update(employee_id=employee.id, changes={"position": f"Position {week}"})
        assert count() == alone
