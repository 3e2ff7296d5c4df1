"""Addresses of the notification service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [*common_urls(), path("", include("notification_service.notifications.api.urls"))]
