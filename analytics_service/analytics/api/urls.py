"""Addresses of events and figures."""

from django.urls import path

from analytics_service.analytics.api import views

urlpatterns = [
    path("events", views.EventsView.as_view(), name="events"),
    path("metrics/headcount", views.HeadcountView.as_view(), name="headcount"),
    path("metrics/joiners", views.JoinersView.as_view(), name="joiners"),
    path("metrics/leavers", views.LeaversView.as_view(), name="leavers"),
    path("metrics/turnover", views.TurnoverView.as_view(), name="turnover"),
    path("metrics/leave", views.LeaveView.as_view(), name="leave"),
    path("metrics/deductions", views.DeductionsView.as_view(), name="deductions"),
]
