"""Addresses of documents."""

from django.urls import path

from document_service.documents.api import files, lookups, persons, sharing, views

urlpatterns = [
    path("documents", views.DocumentsView.as_view(), name="documents"),
    path("documents/<uuid:document_id>", views.DocumentView.as_view(), name="document"),
    path("documents/<uuid:document_id>/versions", views.VersionsView.as_view(), name="versions"),
    path("documents/<uuid:document_id>/download", files.DownloadView.as_view(), name="download"),
    path("documents/<uuid:document_id>/link", files.LinkView.as_view(), name="link"),
    path("documents/<uuid:document_id>/rights", sharing.RightsView.as_view(), name="rights"),
    path(
        "documents/<uuid:document_id>/rights/<uuid:user_id>",
        sharing.PersonRightsView.as_view(),
        name="rights-of-person",
    ),
    path("documents/<uuid:document_id>/downloads", sharing.DownloadsView.as_view(), name="downloads"),
    path("files/<str:token>", files.SignedFileView.as_view(), name="signed-file"),
    path("internal/privacy/files", persons.PersonFileView.as_view(), name="privacy-files"),
    path("categories", lookups.CategoriesView.as_view(), name="categories"),
    path("search", lookups.SearchView.as_view(), name="search"),
    path("statistics", lookups.StatisticsView.as_view(), name="statistics"),
]
