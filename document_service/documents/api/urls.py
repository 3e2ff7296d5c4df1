"""Addresses of documents."""

from django.urls import path

from document_service.documents.api import views

urlpatterns = [
    path("documents", views.DocumentsView.as_view(), name="documents"),
    path("documents/<uuid:document_id>", views.DocumentView.as_view(), name="document"),
]
