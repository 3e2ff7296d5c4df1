"""Addresses of the employees app."""

from django.urls import path

from employee_service.employees.api import bulk, deductions, history, leaves, reviews, views, violations

urlpatterns = [
    path("employees", views.EmployeesView.as_view(), name="employees"),
    path("employees/bulk", bulk.BulkHiresView.as_view(), name="bulk_hires"),
    path("employees/bulk/<uuid:job_id>", bulk.BulkHireView.as_view(), name="bulk_hire"),
    path("employees/bulk/<uuid:job_id>/rows", bulk.BulkHireRowsView.as_view(), name="bulk_hire_rows"),
    path("employees/bulk/<uuid:job_id>/retry", bulk.BulkHireRetryView.as_view(), name="bulk_hire_retry"),
    path("employees/me", views.OwnEmployeeView.as_view(), name="own_employee"),
    path("employees/<uuid:employee_id>", views.EmployeeView.as_view(), name="employee"),
    path("employees/<uuid:employee_id>/profile", views.ProfileView.as_view(), name="employee_profile"),
    path(
        "employees/<uuid:employee_id>/relationships",
        views.RelationshipsView.as_view(),
        name="employee_relationships",
    ),
    path(
        "employees/<uuid:employee_id>/relationships/<uuid:relationship_id>",
        views.RelationshipView.as_view(),
        name="employee_relationship",
    ),
    path("employees/<uuid:employee_id>/history", history.HistoryView.as_view(), name="employee_history"),
    path("employees/<uuid:employee_id>/reports", history.ReportsView.as_view(), name="employee_reports"),
    path("employees/<uuid:employee_id>/leaves", leaves.EmployeeLeavesView.as_view(), name="employee_leaves"),
    path("leaves", leaves.LeavesView.as_view(), name="leaves"),
    path("leaves/<uuid:leave_id>", leaves.LeaveView.as_view(), name="leave"),
    path("leaves/<uuid:leave_id>/approve", leaves.ApproveLeaveView.as_view(), name="approve_leave"),
    path("leaves/<uuid:leave_id>/reject", leaves.RejectLeaveView.as_view(), name="reject_leave"),
    path("leaves/<uuid:leave_id>/cancel", leaves.CancelLeaveView.as_view(), name="cancel_leave"),
    path(
        "employees/<uuid:employee_id>/deductions",
        deductions.EmployeeDeductionsView.as_view(),
        name="employee_deductions",
    ),
    path("deductions/<uuid:deduction_id>", deductions.DeductionView.as_view(), name="deduction"),
    path(
        "employees/<uuid:employee_id>/violations",
        violations.EmployeeViolationsView.as_view(),
        name="employee_violations",
    ),
    path("violations/<uuid:violation_id>", violations.ViolationView.as_view(), name="violation"),
    path(
        "employees/<uuid:employee_id>/performance-reviews",
        reviews.EmployeeReviewsView.as_view(),
        name="employee_reviews",
    ),
    path("performance-reviews/<uuid:review_id>", reviews.ReviewView.as_view(), name="review"),
    path("statistics", views.StatisticsView.as_view(), name="statistics"),
    path("sagas/<uuid:saga_id>", views.SagaView.as_view(), name="saga"),
]
