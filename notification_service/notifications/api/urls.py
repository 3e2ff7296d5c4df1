"""Addresses of notices and templates."""

from django.urls import path

from notification_service.notifications.api import views

urlpatterns = [
    path("notifications", views.NotificationsView.as_view(), name="notifications"),
    path("notifications/<uuid:notification_id>", views.NotificationView.as_view(), name="notification"),
    path("templates", views.TemplatesView.as_view(), name="templates"),
]
