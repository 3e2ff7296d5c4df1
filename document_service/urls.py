"""Addresses of the document service."""

from django.urls import include, path

from common.api.urls import common_urls

urlpatterns = [*common_urls(), path("", include("document_service.documents.api.urls"))]
