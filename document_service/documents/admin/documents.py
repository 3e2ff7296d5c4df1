"""Documents for HR staff: whose they are, until when they are valid, and what was done with them."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.defaultfilters import filesizeformat
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.days import today
from common.errors import DomainError
from common.staff.admin import TenantAdmin
from common.staff.inlines import ReadOnlyInline
from document_service.documents.admin.filters import CompanyFilter, ExpiryFilter, StateFilter
from document_service.documents.admin.forms import DocumentForm, UploadForm
from document_service.documents.admin.people import asking, with_holder, with_person
from document_service.documents.exceptions import DocumentNotFoundError
from document_service.documents.models import Document, DocumentPermission, DocumentVersion
from document_service.documents.selectors.search import with_words
from document_service.documents.selectors.visibility import documents_visible_to
from document_service.documents.services.documents import document_create, document_delete, document_update
from document_service.documents.services.downloads import document_download
from document_service.documents.services.versions import version_add

SHOWN_CHARACTERS = 3
PAPER = (("document_type", "document_number"), ("expires_on", "employee_number"))
SHARING = (
    _("Who may do what"),
    {"fields": ("is_public", "read_audiences", "write_audiences", "delete_audiences")},
)
NEW = (
    (None, {"fields": ("file", "title", ("category", "tags"), "description")}),
    (_("Paper"), {"fields": PAPER}),
    SHARING,
)
PRESENT = (
    (None, {"fields": ("title", ("category", "tags"), "description", ("file_name", "state", "is_archived"))}),
    (_("Paper"), {"fields": (*PAPER, ("holder", "masked_number", "days_left"))}),
    (_("Newer version"), {"fields": ("file", "change_log")}),
    SHARING,
    (
        _("Record"),
        {
            "classes": ("collapse",),
            "fields": (
                ("uploader", "company"), ("view_count", "download_log"), "sha256", ("created_at", "updated_at"),
                "old_record",
            ),
        },
    ),
)  # fmt: skip


class VersionInline(ReadOnlyInline):
    """The document's files over time."""

    model = DocumentVersion
    fields = ("version", "link", "size", "change_log", "expires_on", "uploader", "created_at")
    ordering = ("-version",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_person(super().get_queryset(request), "uploaded_by", "uploader_name")

    @admin.display(description=_("file"))
    def link(self, version: Any) -> str:
        """The file, to be downloaded."""
        address = reverse("admin:documents_document_download", args=[version.document_id, version.version])
        return format_html('<a href="{}">{}</a>', address, version.filename)

    @admin.display(description=_("size"))
    def size(self, version: Any) -> str:
        """In units that people read."""
        return filesizeformat(version.file_size)

    @admin.display(description=_("uploaded by"))
    def uploader(self, version: Any) -> str:
        """Their name, as far as it is known here."""
        return version.uploader_name or str(version.uploaded_by)


class PermissionInline(ReadOnlyInline):
    """People with rights of their own."""

    model = DocumentPermission
    fields = ("person", "action", "created_at")
    ordering = ("user_id", "action")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return with_person(super().get_queryset(request), "user_id", "person_name")

    @admin.display(description=_("person"))
    def person(self, permission: Any) -> str:
        """Their name, as far as it is known here."""
        return permission.person_name or str(permission.user_id)


@admin.register(Document)
class DocumentAdmin(TenantAdmin):
    """What the API shows a person, they see here; files are given out as attachments only, and noted."""

    permission_area = "documents"
    permission_verbs = {"add": "upload", "change": "upload"}
    form = DocumentForm
    list_display = (
        "title", "holder", "document_type", "masked_number", "expires_on", "days_left", "version", "state",
        "category", "created_at",
    )  # fmt: skip
    list_filter = (StateFilter, CompanyFilter, ExpiryFilter, "document_type", "is_public")
    search_fields = ("title",)
    search_help_text = _("Words of title, tags, file name and description; the last may be only begun.")
    ordering = ("-created_at", "-id")
    list_select_related = ("file",)
    inlines = (VersionInline, PermissionInline)
    readonly_fields = (
        "file_name", "state", "holder", "masked_number", "days_left", "uploader", "company", "view_count",
        "download_log", "sha256", "created_at", "updated_at", "old_record",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The documents that the reader may see."""
        return with_person(with_holder(documents_visible_to(asking(request))), "uploaded_by", "uploader_name")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """As the API searches."""
        return with_words(queryset, search_term, asking(request).company_id), False

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        """With the company for who serves several."""
        columns = tuple(map(str, self.list_display))
        return (columns[0], "company", *columns[1:]) if asking(request).all_companies else columns

    def get_urls(self) -> list[URLPattern]:
        address = path(
            "<uuid:document_id>/versions/<int:number>/file",
            self.admin_site.admin_view(self.download),
            name="documents_document_download",
        )
        return [address, *super().get_urls()]

    def download(self, request: HttpRequest, document_id: UUID, number: int) -> HttpResponseBase:
        """A version's file; why it may not be given stands on the document's page."""
        try:
            with transaction.atomic():
                served = document_download(
                    person=asking(request),
                    document_id=document_id,
                    number=number,
                    address=request.META.get("REMOTE_ADDR") or None,
                )
                return served.as_attachment()
        except DocumentNotFoundError as error:
            raise Http404 from error
        except DomainError as error:
            self.message_user(request, str(error.message), messages.ERROR)
            return HttpResponseRedirect(reverse("admin:documents_document_change", args=[document_id]))

    @admin.display(description=_("employee"), ordering="employee_id")
    def holder(self, document: Any) -> str:
        """Whom it is about."""
        return document.holder or str(document.employee_id or self.get_empty_value_display())

    @admin.display(description=_("company"))
    def company(self, document: Any) -> str:
        """The company's name, or its id while the name is not known here."""
        return document.company_name or str(document.company_id)

    @admin.display(description=_("number"))
    def masked_number(self, document: Any) -> str:
        """The end of it: enough to tell two apart."""
        if not document.document_number:
            return self.get_empty_value_display()
        return format_html('<span dir="ltr">••••{}</span>', document.document_number[-SHOWN_CHARACTERS:])

    @admin.display(description=_("days left"), ordering=F("expires_on").asc(nulls_last=True))
    def days_left(self, document: Any) -> str:
        """Until the last valid day; negative after it."""
        if document.expires_on is None:
            return self.get_empty_value_display()
        return format_html('<span dir="ltr">{}</span>', (document.expires_on - today()).days)

    @admin.display(description=_("state"))
    def state(self, document: Any) -> str:
        """What stands in the way of using it, or how it was checked."""
        if document.is_archived:
            return str(_("archived"))
        if document.file is None:
            return str(_("without a file"))
        if document.file.is_available and document.expires_on and document.expires_on < today():
            return str(_("expired"))
        return str(document.file.get_scan_state_display())

    @admin.display(description=_("file"))
    def file_name(self, document: Any) -> str:
        """The newest file, to be downloaded if it is here."""
        if document.file is None:
            return str(document.filename)
        address = reverse("admin:documents_document_download", args=[document.pk, document.version])
        return format_html('<a href="{}">{}</a>', address, document.filename)

    @admin.display(description=_("uploaded by"))
    def uploader(self, document: Any) -> str:
        """Their name, as far as it is known here."""
        return document.uploader_name or str(document.uploaded_by)

    @admin.display(description=_("old system"))
    def old_record(self, document: Any) -> str:
        """What the old system said that stands nowhere else, such as where the file was."""
        if not document.old_id:
            return self.get_empty_value_display()
        kept = {"id": document.old_id, **document.old_values}
        lines = (f"{name}: {value}" for name, value in kept.items())
        return format_html('<pre dir="auto" class="wrapped">{}</pre>', "\n".join(lines))

    @admin.display(description=_("SHA-256"))
    def sha256(self, document: Any) -> str:
        """Of the newest file."""
        return document.file.sha256 if document.file else self.get_empty_value_display()

    @admin.display(description=_("downloads"))
    def download_log(self, document: Any) -> str:
        """How many, leading to who and when."""
        address = reverse("admin:documents_documentdownload_changelist")
        return format_html(
            '<a href="{}?document__id__exact={}">{}</a>', address, document.pk, document.download_count
        )

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form, told who fills it in. Its own fields stand in no model, so Django is not asked about them."""
        kwargs["fields"] = None
        person = asking(request)
        base = DocumentForm if change else UploadForm
        attributes: dict[str, Any] = {"person": person}
        if not change and not person.all_companies:
            attributes["company"] = None
        return type(base.__name__, (base,), attributes)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is not None:
            return PRESENT
        first = ((None, {"fields": ("company",)}),) if asking(request).all_companies else ()
        return (*first, *NEW)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return () if obj is None else tuple(map(str, self.readonly_fields))

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return self.inlines if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the services; the file was received when the form was checked."""
        person = asking(request)
        if not change:
            company_id = form.company_id()
            created = document_create(person=person, company_id=company_id, file=form.received, **form.said())
            obj.pk, obj.company_id, obj._state.adding = created.pk, created.company_id, False
            return
        if form.cleaned_data.get("file"):
            version_add(
                person=person,
                document_id=obj.pk,
                file=form.received,
                change_log=form.cleaned_data["change_log"],
            )
        document_update(person=person, document_id=obj.pk, **form.said())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        document_delete(person=asking(request), document_id=obj.pk)
