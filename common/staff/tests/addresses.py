"""An admin with one table of companies, whose changes a service may refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.models import IdempotencyKey
from common.api.urls import common_urls
from common.api.views import ServiceAPIView
from common.errors import ConflictError
from common.security.models import RevokedSession
from common.security.permissions import ANYONE_SIGNED_IN
from common.staff.admin import TenantAdmin
from common.staff.operators import OperatorAdmin


class KeyAdmin(TenantAdmin):
    """Documents have a verb of their own for adding."""

    permission_area = "documents"
    permission_verbs = {"add": "upload"}
    fields = ("key", "company_id", "user_id", "method", "path", "body_hash")
    list_display = ("key",)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if obj.key == "refused":
            raise ConflictError("The service says no.")
        if obj.key == "broken":
            raise RuntimeError("on purpose")


class SessionAdmin(OperatorAdmin):
    """An action that breaks after it wrote."""

    actions = ("break_off",)

    @admin.action(description="Break off")
    def break_off(self, request: HttpRequest, queryset: QuerySet[RevokedSession]) -> None:
        queryset.update(expires_at=timezone.now())
        raise RuntimeError("on purpose")


@contextmanager
def tables_shown() -> Iterator[None]:
    """Both tables stand in the admin while the block runs; the other tests' pages have no addresses for them."""
    admin.site.register(IdempotencyKey, KeyAdmin)
    admin.site.register(RevokedSession, SessionAdmin)
    try:
        yield
    finally:
        admin.site.unregister([IdempotencyKey, RevokedSession])


class WhoView(ServiceAPIView):
    """Who is asking."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": ANYONE_SIGNED_IN}

    def get(self, request: Request) -> Response:
        return Response({"role": self.person.role})

    post = get


with tables_shown():
    urlpatterns = [*common_urls(), path("who", WhoView.as_view())]
