"""Addresses of the company service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [*common_urls(), path("", include("company_service.companies.api.urls"))]
