"""Addresses of the auth service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [*common_urls(), path("", include("auth_service.users.api.urls"))]
