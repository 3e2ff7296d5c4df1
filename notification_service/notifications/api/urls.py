"""Addresses of notices, templates and preferences."""

from django.urls import path

from notification_service.notifications.api import views

urlpatterns = [
    path("notifications", views.NotificationsView.as_view(), name="notifications"),
    path("notifications/mark-all-read", views.AllReadView.as_view(), name="all-read"),
    path("notifications/<uuid:notification_id>", views.NotificationView.as_view(), name="notification"),
    path("templates", views.TemplatesView.as_view(), name="templates"),
    path("templates/<uuid:template_id>", views.TemplateView.as_view(), name="template"),
    path(
        "templates/<uuid:template_id>/preview", views.TemplatePreviewView.as_view(), name="template-preview"
    ),
    path("templates/<uuid:template_id>/reset", views.TemplateResetView.as_view(), name="template-reset"),
    path("preferences", views.PreferencesView.as_view(), name="preferences"),
]
