"""Pages beside the documents: the log of downloads, quarantine, categories and storage limits."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common.reference.models import CompanyRef
from common.search import fold
from common.staff.admin import TenantAdmin
from common.staff.operators import OperatorAdmin
from document_service.documents.admin.filters import CompanyFilter
from document_service.documents.admin.people import asking, company_choices, with_person
from document_service.documents.choices import Verdict
from document_service.documents.models import (
    DocumentCategory,
    DocumentDownload,
    QuarantinedFile,
    StorageQuota,
)
from document_service.documents.selectors.visibility import documents_visible_to
from document_service.documents.services.categories import category_create, category_update
from document_service.documents.services.quarantine import quarantine_discard, quarantine_release
from document_service.documents.services.quotas import quota_set

MOST_AT_ONCE = 200
MEGABYTE = 1024 * 1024


@admin.register(DocumentDownload)
class DownloadAdmin(OperatorAdmin):
    """Who was given which file when; for who may upload, of the documents they may see."""

    permission_area = "documents"
    list_display = ("created_at", "title", "version", "person", "address", "by_link")
    list_filter = (CompanyFilter, "created_at")
    list_display_links = None
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = with_person(super().get_queryset(request), "user_id", "person_name")
        visible = documents_visible_to(asking(request))
        return rows.filter(document_id__in=visible.values("id"))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever may change documents: a log of people is not for everyone who may read."""
        return asking(request).may("documents:upload")

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        return lookup == "document__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description=_("person"))
    def person(self, download: Any) -> str:
        """Their name, as far as it is known here."""
        return download.person_name or str(download.user_id)

    @admin.display(description=_("by a signed link"), boolean=True)
    def by_link(self, download: Any) -> bool:
        """Whether a signed address was used."""
        return download.link_id is not None


@admin.register(QuarantinedFile)
class QuarantineAdmin(OperatorAdmin):
    """Files in which the scanner found something. Who may delete documents decides."""

    permission_area = "documents"
    list_display = (
        "created_at", "filename", "shown_size", "signature", "person", "document", "verdict", "decided_at"
    )  # fmt: skip
    list_filter = ("verdict", CompanyFilter)
    ordering = ("-created_at", "-id")
    actions = ("release", "discard")
    fields = (
        "filename", "shown_size", "signature", "sha256", "person", "document", "created_at", "verdict",
        "decided_by", "decided_at",
    )  # fmt: skip
    readonly_fields = ("shown_size", "person", "document")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_person(super().get_queryset(request), "uploaded_by", "person_name")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return asking(request).may("documents:delete")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whoever may see the list."""
        return self.has_view_permission(request)

    @admin.display(description=_("size"), ordering="size")
    def shown_size(self, file: Any) -> str:
        """In units that people read."""
        return filesizeformat(file.size)

    @admin.display(description=_("uploaded by"))
    def person(self, file: Any) -> str:
        """Their name, as far as it is known here."""
        return file.person_name or str(file.uploaded_by)

    @admin.display(description=_("document"))
    def document(self, file: Any) -> str:
        """The document that has the file; none for an upload that was refused."""
        if file.document_id is None:
            return self.get_empty_value_display()
        address = reverse("admin:documents_document_change", args=[file.document_id])
        return format_html('<a href="{}">{}</a>', address, _("document"))

    @admin.action(description=_("Release the selected files"), permissions=["decide"])
    def release(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Let them be used."""
        return self._decide(request, queryset, "release")

    @admin.action(description=_("Discard the selected files"), permissions=["decide"])
    def discard(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Give them up."""
        return self._decide(request, queryset, "discard")

    def _decide(self, request: HttpRequest, queryset: QuerySet[Any], action: str) -> HttpResponse | None:
        """Show what would be decided about, then decide."""
        files = list(queryset.filter(verdict=Verdict.WAITING)[:MOST_AT_ONCE])
        if not files:
            self.message_user(request, _("None of these waits for a decision."), messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Release files") if action == "release" else _("Discard files"),
                "opts": self.opts,
                "files": files,
                "decision": action,
                "back": request.get_full_path(),
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
            }
            return TemplateResponse(request, "admin/documents/quarantinedfile/decide.html", context)
        decide = quarantine_release if action == "release" else quarantine_discard
        for file in files:
            # One decision is about every time that the same bytes came.
            if QuarantinedFile.objects.filter(pk=file.pk, verdict=Verdict.WAITING).exists():
                decide(incident_id=file.pk, decided_by=asking(request).id)
        sentence = ngettext(
            "%(count)d file was decided about.", "%(count)d files were decided about.", len(files)
        )
        self.message_user(request, sentence % {"count": len(files)}, messages.SUCCESS)
        return None


@admin.register(DocumentCategory)
class CategoryAdmin(TenantAdmin):
    """Categories; one that is not needed any more is made inactive."""

    permission_area = "documents"
    permission_verbs = {"add": "upload", "change": "upload"}
    list_display = ("name", "parent", "color", "icon", "is_active")
    list_filter = ("is_active", CompanyFilter)
    list_select_related = ("parent",)
    search_fields = ("name_folded",)
    ordering = ("name_folded", "id")
    autocomplete_fields = ("parent",)
    fields = ("name", "parent", "description", ("color", "icon"), "is_active")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        start = fold(search_term)
        return queryset.filter(name_folded__folded_prefix=start) if start else queryset, False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Who serves all companies makes them by the API, which asks for the company."""
        return super().has_add_permission(request) and asking(request).company_id is not None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        names = form.changed_data if change else form.cleaned_data
        given = {name: form.cleaned_data[name] for name in names}
        if "parent" in given:
            given["parent_id"] = getattr(given.pop("parent"), "pk", None)
        if change:
            category_update(category_id=obj.pk, **given)
            return
        company_id: Any = asking(request).company_id
        obj.pk = category_create(company_id=company_id, **given).pk
        obj._state.adding = False


class QuotaForm(forms.ModelForm):  # type: ignore[type-arg]
    """A company's limit in megabytes."""

    company = forms.ChoiceField(label=_("company"))
    megabytes = forms.IntegerField(label=_("limit in MB"), min_value=0, max_value=1_000_000_000)

    class Meta:
        model = StorageQuota
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company: Any = self.fields["company"]
        company.choices = company_choices()
        if not self.instance._state.adding:
            company.disabled = True
            self.initial["company"] = str(self.instance.company_id)
            self.initial["megabytes"] = self.instance.limit // MEGABYTE


@admin.register(StorageQuota)
class QuotaAdmin(TenantAdmin):
    """Limits that are not what all companies have; for super administrators."""

    form = QuotaForm
    fields = ("company", "megabytes")
    list_display = ("company", "shown_limit", "updated_at")

    @admin.display(description=_("company"))
    def company(self, quota: StorageQuota) -> str:
        """The company's name, or its id while the name is not known here."""
        found = CompanyRef.objects.filter(pk=quota.company_id).first()
        return str(found or quota.company_id)

    @admin.display(description=_("limit"), ordering="limit")
    def shown_limit(self, quota: StorageQuota) -> str:
        """In units that people read."""
        return filesizeformat(quota.limit)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        company_id, limit = form.cleaned_data["company"], form.cleaned_data["megabytes"] * MEGABYTE
        obj.pk = quota_set(company_id=company_id, limit=limit).pk
        obj._state.adding = False
