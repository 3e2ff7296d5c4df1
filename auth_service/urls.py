"""Addresses of the auth service."""

from django.contrib import admin
from django.urls import include, path

from auth_service.users.pages import second_factor_page
from common.api.urls import common_urls

urlpatterns = [
    path("admin/second-factor/", admin.site.admin_view(second_factor_page), name="second_factor"),
    *common_urls(),
    path("", include("auth_service.users.api.urls")),
]
