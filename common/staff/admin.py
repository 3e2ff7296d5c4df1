"""The base of the admin's pages over tables of companies."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from common.errors import DomainError
from common.staff.reading import NotedAdmin


class TenantAdmin(NotedAdmin):
    """Pages whose rows row-level security chooses and whose changes go through services.

    ``permission_area`` names the area whose codes the pages need: viewing ``area:view``, adding
    ``area:create``, changing ``area:edit``, deleting ``area:delete``; ``permission_verbs`` says other verbs,
    such as ``{"add": "upload"}``. Without an area the pages are the super administrators'. A DomainError of a
    service takes the whole change back and is shown as a message. Opening a row that is about a person is
    noted in the access log.
    """

    permission_area: ClassVar[str | None] = None
    permission_verbs: ClassVar[Mapping[str, str]] = {}
    show_full_result_count = False
    list_per_page = 50

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._refusals_shown(
            request,
            lambda: super(TenantAdmin, self).changeform_view(request, object_id, form_url, extra_context),
        )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._refusals_shown(
            request, lambda: super(TenantAdmin, self).delete_view(request, object_id, extra_context)
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._refusals_shown(
            request, lambda: super(TenantAdmin, self).changelist_view(request, extra_context)
        )

    def _refusals_shown(self, request: HttpRequest, view: Callable[[], HttpResponse]) -> HttpResponse:
        if request.method != "POST":
            return view()
        try:
            with transaction.atomic():
                return view()
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())
