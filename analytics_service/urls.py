"""Addresses of the analytics service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [*common_urls(), path("", include("analytics_service.analytics.api.urls"))]
