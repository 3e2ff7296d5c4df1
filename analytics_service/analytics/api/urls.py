"""Addresses of events, figures and reports."""

from django.urls import path

from analytics_service.analytics.api import dashboard, reports, views

urlpatterns = [
    path("events", views.EventsView.as_view(), name="events"),
    path("metrics/headcount", views.HeadcountView.as_view(), name="headcount"),
    path("metrics/joiners", views.JoinersView.as_view(), name="joiners"),
    path("metrics/leavers", views.LeaversView.as_view(), name="leavers"),
    path("metrics/turnover", views.TurnoverView.as_view(), name="turnover"),
    path("metrics/leave", views.LeaveView.as_view(), name="leave"),
    path("metrics/deductions", views.DeductionsView.as_view(), name="deductions"),
    path("dashboard", dashboard.DashboardView.as_view(), name="dashboard"),
    path("reports", reports.ReportsView.as_view(), name="reports"),
    path("reports/<uuid:report_id>", reports.ReportView.as_view(), name="report"),
    path("reports/<uuid:report_id>/download", reports.DownloadView.as_view(), name="report-download"),
]
