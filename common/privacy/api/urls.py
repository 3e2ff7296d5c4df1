"""Addresses about personal data."""

from django.urls import path

from common.privacy.api import views

urlpatterns = [
    path("person-accesses", views.AccessesView.as_view(), name="person_accesses"),
    path("internal/privacy/holdings", views.HoldingsView.as_view(), name="privacy_holdings"),
    path("internal/privacy/erasures", views.ErasuresView.as_view(), name="privacy_erasures"),
]
