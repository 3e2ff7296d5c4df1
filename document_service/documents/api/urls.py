"""Addresses of documents."""

from django.urls import path

from document_service.documents.api import files, views

urlpatterns = [
    path("documents", views.DocumentsView.as_view(), name="documents"),
    path("documents/<uuid:document_id>", views.DocumentView.as_view(), name="document"),
    path("documents/<uuid:document_id>/versions", views.VersionsView.as_view(), name="versions"),
    path("documents/<uuid:document_id>/download", files.DownloadView.as_view(), name="download"),
]
