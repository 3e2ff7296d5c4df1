"""Documents as staff see them; files come in through the API, so nothing is edited here."""

from django.contrib import admin

from common.staff.inlines import ReadOnlyInline
from common.staff.operators import OperatorAdmin
from document_service.documents.models import Document, DocumentPermission, DocumentVersion


class VersionInline(ReadOnlyInline):
    """The document's files over time."""

    model = DocumentVersion
    fields = ("version", "filename", "file_size", "change_log", "uploaded_by", "created_at")


class PermissionInline(ReadOnlyInline):
    """Who may do what with the document."""

    model = DocumentPermission
    fields = ("user_id", "action")


@admin.register(Document)
class DocumentAdmin(OperatorAdmin):
    """What is known about each file, with its versions and permissions."""

    permission_area = "documents"
    list_display = ("title", "category", "filename", "version", "is_public", "is_archived", "created_at")
    list_filter = ("is_archived", "is_public", "created_at")
    search_fields = ("title", "filename", "description")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "-id")
    inlines = (VersionInline, PermissionInline)
