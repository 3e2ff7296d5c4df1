"""Addresses of the messaging."""

from django.urls import path

from common.messaging.api.views import FeedView

urlpatterns = [path("internal/events", FeedView.as_view(), name="feed")]
