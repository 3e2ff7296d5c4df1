"""Addresses of events and figures."""

from django.urls import path

from analytics_service.analytics.api import views

urlpatterns = [
    path("events", views.EventsView.as_view(), name="events"),
    path("metrics/headcount", views.HeadcountView.as_view(), name="headcount"),
]
