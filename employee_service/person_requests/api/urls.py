"""Addresses of requests about personal data."""

from django.urls import path

from employee_service.person_requests.api import views

urlpatterns = [
    path("privacy-requests", views.PersonRequestsView.as_view(), name="person_requests"),
    path("privacy-requests/<uuid:request_id>", views.PersonRequestView.as_view(), name="person_request"),
    path(
        "privacy-requests/<uuid:request_id>/download",
        views.PackageView.as_view(),
        name="person_request_package",
    ),
]
