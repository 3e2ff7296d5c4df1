"""Addresses of the company service's own API."""

from django.urls import path

from company_service.companies.api.views import (
    CompaniesView,
    CompanyView,
    DepartmentsView,
    DepartmentView,
    SettingsView,
    StatisticsView,
)

urlpatterns = [
    path("companies", CompaniesView.as_view(), name="companies"),
    path("companies/<uuid:company_id>", CompanyView.as_view(), name="company"),
    path("companies/<uuid:company_id>/departments", DepartmentsView.as_view(), name="departments"),
    path("companies/<uuid:company_id>/settings", SettingsView.as_view(), name="settings"),
    path("companies/<uuid:company_id>/statistics", StatisticsView.as_view(), name="statistics"),
    path("departments/<uuid:department_id>", DepartmentView.as_view(), name="department"),
]
