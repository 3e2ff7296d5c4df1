"""Addresses that stand on every service."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from common.api.documentation import DocsView
from common.api.health import HealthView
from common.api.views import RootView
from common.observability.exposition import metrics
from common.staff.site import prepare_site


def common_urls() -> list[URLPattern | URLResolver]:
    """/, /health, /metrics, /schema, /docs, /admin/, the choice of a language, the event feed, and personal data."""
    prepare_site(admin.site)
    return [
        path("", RootView.as_view(), name="root"),
        path("health", HealthView.as_view(), name="health"),
        path("metrics", metrics, name="metrics"),
        path("schema", SpectacularAPIView.as_view(), name="schema"),
        path("docs", DocsView.as_view(url_name="schema"), name="docs"),
        path("admin", RedirectView.as_view(url="/admin/")),
        path("admin/", admin.site.urls),
        path("i18n/", include("django.conf.urls.i18n")),
        path("", include("common.messaging.api.urls")),
        path("", include("common.privacy.api.urls")),
    ]
