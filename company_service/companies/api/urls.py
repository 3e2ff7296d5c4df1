"""Addresses of the company service's own API."""

from django.urls import path

from company_service.companies.api.license_views import (
    ExpiringLicensesView,
    LicensesView,
    LicenseView,
    RenewLicenseView,
)
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
    path("companies/<uuid:company_id>/licenses", LicensesView.as_view(), name="licenses"),
    path("licenses/expiring", ExpiringLicensesView.as_view(), name="expiring-licenses"),
    path("licenses/<uuid:license_id>", LicenseView.as_view(), name="license"),
    path("licenses/<uuid:license_id>/renew", RenewLicenseView.as_view(), name="renew-license"),
]
