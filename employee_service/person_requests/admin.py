"""Requests about personal data for HR staff: asked for with a reason, followed, downloaded once."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError
from common.privacy.accesses import access_note
from common.privacy.choices import AccessAction, Door
from common.privacy.wording import lines_told
from common.staff.admin import TenantAdmin
from common.staff.inlines import ReadOnlyInline
from common.staff.site import NAMES
from employee_service.employees.admin.names import asking
from employee_service.person_requests.choices import RequestKind, RequestState
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.services.advancing import parts_hurry
from employee_service.person_requests.services.opening import erasable_until, request_open
from employee_service.person_requests.services.packaging import package_name, package_take

PAGE = "admin:person_requests_personrequest_change"


class RequestForm(forms.ModelForm):  # type: ignore[type-arg]
    """A request; an erasure is shown before it is made."""

    kind = forms.ChoiceField(
        label=_("what is asked for"),
        choices=[(kind.value, kind.label) for kind in (RequestKind.EXPORT, RequestKind.ERASURE)],
    )
    sure = forms.BooleanField(
        label=_("erase"),
        required=False,
        help_text=_(
            "An erasure cannot be undone. Save without this to see what would be kept, and until when."
        ),
    )

    class Meta:
        model = PersonRequest
        fields = ("employee", "kind", "reason")

    def clean(self) -> dict[str, Any] | None:
        """Say what an erasure would do, until it is confirmed."""
        cleaned = super().clean()
        employee = self.cleaned_data.get("employee")
        if employee is None or self.cleaned_data.get("kind") != RequestKind.ERASURE:
            return cleaned
        try:
            until = erasable_until(employee)
        except DomainError as error:
            raise forms.ValidationError(str(error.message)) from error
        if not self.cleaned_data.get("sure"):
            self.add_error("sure", _preview(until))
        return cleaned


def _preview(until: Any) -> str:
    if until is None:
        sentence = _("Nothing has to be kept any longer: names, papers, pay and contacts go in all services.")
        return str(sentence)
    sentence = _(
        "Personal details, contacts, notices and the account go now. The record of the employment is kept by law"
        " until %(until)s and is erased then by itself."
    )
    return str(sentence) % {"until": until}


class PartInline(ReadOnlyInline):
    """What each service has done."""

    model = RequestPart
    fields = ("asked", "finished_at", "attempts", "error", "outcome")
    ordering = ("rank", "service")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RequestPart]:
        """Without the sealed content."""
        return super().get_queryset(request).defer("content")

    @admin.display(description=_("what was done"))
    def outcome(self, part: RequestPart) -> str:
        """A line for each kind of data."""
        return lines_told(part.lines)

    @admin.display(description=_("service"))
    def asked(self, part: RequestPart) -> str:
        """The service as its pages call it."""
        return str(NAMES.get(part.service, part.service))


@admin.register(PersonRequest)
class PersonRequestAdmin(TenantAdmin):
    """Requests, newest first. What was asked for does not change."""

    permission_area = "employees"
    permission_verbs = {"view": "delete", "add": "delete", "change": "delete"}
    form = RequestForm
    raw_id_fields = ("employee",)
    list_display = (
        "created_at",
        "employee",
        "kind",
        "state",
        "requested_by_name",
        "keep_until",
        "finished_at",
    )
    list_filter = ("kind", "state")
    list_select_related = ("employee",)
    search_fields = ("=employee__number",)
    inlines = (PartInline,)
    change_form_template = "admin/person_requests/personrequest/change_form.html"
    shown = (
        "employee", "kind", "reason", "state", "keep_until", "requested_by_name", "created_at", "finished_at",
        "expires_at", "downloaded_at",
    )  # fmt: skip

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is asked at first, and all of it later."""
        return ("employee", "kind", "reason", "sure") if obj is None else self.shown

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Everything, once it is asked for."""
        return () if obj is None else self.shown

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Services are asked when there is a request."""
        return () if obj is None else self.inlines

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: a request is the proof of what was done."""
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the service."""
        if change:
            return
        made = request_open(
            person=asking(request),
            employee_id=form.cleaned_data["employee"].pk,
            kind=RequestKind(form.cleaned_data["kind"]),
            reason=form.cleaned_data["reason"],
            language=(get_language() or "en")[:2],
        )
        obj.pk, obj.company_id = made.pk, made.company_id
        obj._state.adding = False

    def get_urls(self) -> list[URLPattern]:
        """With the download and another try."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:request_id>/download/", view(self.download), name="person_request_download"),
            path("<uuid:request_id>/hurry/", view(self.hurry), name="person_request_hurry"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """With buttons for what can be done."""
        found = self.get_queryset(request).filter(pk=object_id).first()
        buttons = []
        if (
            found is not None
            and found.state == RequestState.READY
            and found.requested_by == asking(request).id
        ):
            buttons.append((reverse("admin:person_request_download", args=[found.pk]), _("Download, once")))
        if found is not None and found.state == RequestState.RUNNING:
            buttons.append((reverse("admin:person_request_hurry", args=[found.pk]), _("Ask again now")))
        return super().change_view(
            request, object_id, form_url, {**(extra_context or {}), "request_buttons": buttons}
        )

    def download(self, request: HttpRequest, request_id: UUID) -> HttpResponseBase:
        """Give the package, once."""
        found = self._found(request, request_id)
        if request.method != "POST":
            return HttpResponseRedirect(reverse(PAGE, args=[request_id]))
        try:
            package = package_take(person=asking(request), request=found)
        except DomainError as error:
            return self._back(request, found, str(error.message))
        access_note(
            request,
            asking(request),
            action=AccessAction.EXPORTED,
            company_id=found.company_id,
            subject_id=found.employee_id,
            door=Door.ADMIN,
        )
        disposition = f'attachment; filename="{package_name(found)}"'
        return StreamingHttpResponse(
            package, content_type="application/zip", headers={"Content-Disposition": disposition}
        )

    def hurry(self, request: HttpRequest, request_id: UUID) -> HttpResponse:
        """Ask the services at once that have yet to answer."""
        found = self._found(request, request_id)
        if request.method == "POST":
            parts_hurry(found)
        return HttpResponseRedirect(reverse(PAGE, args=[request_id]))

    def _found(self, request: HttpRequest, request_id: UUID) -> PersonRequest:
        # Who may not see the page may not use its buttons.
        visible = (
            self.get_queryset(request) if self.has_view_permission(request) else PersonRequest.objects.none()
        )
        found: PersonRequest = get_object_or_404(visible, pk=request_id)
        return found

    def _back(self, request: HttpRequest, found: PersonRequest, sentence: str) -> HttpResponse:
        self.message_user(request, sentence, messages.ERROR)
        return HttpResponseRedirect(reverse(PAGE, args=[found.pk]))
