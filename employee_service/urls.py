"""Addresses of the employee service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [
    *common_urls(),
    path("", include("employee_service.employees.api.urls")),
    path("", include("employee_service.person_requests.api.urls")),
]
