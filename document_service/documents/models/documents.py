"""Documents of a company, their versions, and the people with rights of their own."""

from typing import Any
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils.translation import gettext_lazy as _

from common.company_rows import CompanyRow
from common.security.encryption.fields import EncryptedTextField
from common.security.encryption.marks import MarkField, SealedModel
from document_service.documents.choices import Action, Audience, DocumentType
from document_service.documents.models.files import StoredFile

# Which role's level each audience begins with. Documents that address nobody are the office staff's.
WORKER, SUPERVISOR, OFFICE_STAFF, ADMINISTRATOR = 1, 2, 3, 4
AUDIENCE_LEVELS = {
    Audience.ALL: WORKER,
    Audience.EMPLOYEES: WORKER,
    Audience.MANAGERS: SUPERVISOR,
    Audience.HR: OFFICE_STAFF,
    Audience.ADMIN: ADMINISTRATOR,
}


def _audiences(title: Any) -> "ArrayField[list[str], list[str]]":
    choices = models.CharField(max_length=20, choices=Audience.choices)
    return ArrayField(choices, verbose_name=title, default=list, blank=True)


class Document(SealedModel, CompanyRow):
    """What is known about a file; of its versions the newest is repeated here.

    Without a ``file`` the bytes are not here (another system's record of a document); a version brings them.
    ``readable_from`` is the lowest level of a role that may read the document by its role alone.
    """

    # Known before the row is written: what is sealed in it is sealed for it.
    id = models.UUIDField(primary_key=True, default=uuid4, db_default=RandomUUID(), editable=False)
    title = models.CharField(_("title"), max_length=255)
    filename = models.CharField(_("file name"), max_length=255)
    file = models.ForeignKey(
        StoredFile,
        verbose_name=_("file"),
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="documents",
        db_constraint=False,  # the migration adds one that also compares the company
        db_index=False,
    )
    file_size = models.PositiveBigIntegerField(_("size in bytes"))
    mime_type = models.CharField(_("content type"), max_length=255)
    category = models.CharField(_("category"), max_length=100, blank=True)
    category_folded = models.CharField(max_length=400, blank=True, editable=False, default="")
    tags = ArrayField(models.CharField(max_length=100), verbose_name=_("tags"), default=list, blank=True)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_public = models.BooleanField(_("open to the whole company"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    uploaded_by = models.UUIDField(_("uploaded by"))
    employee_id = models.UUIDField(_("about the employee"), null=True, blank=True)
    license_id = models.UUIDField(_("of the licence"), null=True, blank=True)
    document_type = models.CharField(_("type"), max_length=30, choices=DocumentType.choices, blank=True)
    document_number = EncryptedTextField(_("number"), max_length=100, blank=True)
    document_number_mark = MarkField(of="document_number")
    expires_on = models.DateField(_("last valid day"), null=True, blank=True)
    read_audiences = _audiences(_("who may read"))
    write_audiences = _audiences(_("who may change"))
    delete_audiences = _audiences(_("who may delete"))
    readable_from = models.GeneratedField(
        expression=Case(
            When(Q(is_public=True) | Q(read_audiences__overlap=["all", "employees"]), then=Value(WORKER)),
            When(read_audiences__overlap=["managers"], then=Value(SUPERVISOR)),
            When(Q(read_audiences=[]) | Q(read_audiences__overlap=["hr"]), then=Value(OFFICE_STAFF)),
            default=Value(ADMINISTRATOR),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    download_count = models.PositiveIntegerField(_("downloads"), default=0)
    view_count = models.PositiveIntegerField(_("views"), default=0)
    old_id = models.CharField(
        _("id in the old system"), max_length=64, blank=True, default="", db_default="", editable=False
    )
    # What the old system said beside that: where its file was, and what has no column here.
    old_values = models.JSONField(_("old values"), default=dict, db_default={}, blank=True, editable=False)

    class Meta:
        db_table = "documents"
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                condition=~Q(title=""),
                name="a_document_has_a_title",
                violation_error_message=_("A document needs a title."),
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1),
                name="versions_count_from_one",
                violation_error_message=_("The first version is number 1."),
            ),
            models.CheckConstraint(
                condition=Q(document_type="") | Q(document_type__in=DocumentType.values),
                name="document_types_are_known",
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="documents_of_a_company"),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="documents_newest"),
            models.Index(fields=["company_id", "-updated_at", "-id"], name="documents_last_changed"),
            models.Index(fields=["company_id", "title", "id"], name="documents_by_title"),
            models.Index(fields=["company_id", "file_size", "id"], name="documents_by_size"),
            models.Index(fields=["company_id", "download_count", "id"], name="documents_by_downloads"),
            models.Index(fields=["company_id", "view_count", "id"], name="documents_by_views"),
            models.Index(
                fields=["company_id", "category_folded", "-created_at", "-id"],
                include=["readable_from", "uploaded_by", "category"],
                name="documents_by_category",
            ),
            models.Index(
                fields=["company_id", "uploaded_by", "-created_at", "-id"], name="documents_by_uploader"
            ),
            models.Index(
                fields=["company_id", "readable_from", "-created_at", "-id"],
                include=["uploaded_by"],
                name="documents_by_reader",
            ),
            models.Index(
                fields=["company_id", "employee_id"],
                condition=Q(employee_id__isnull=False),
                name="documents_by_employee",
            ),
            models.Index(
                fields=["company_id", "license_id"],
                condition=Q(license_id__isnull=False),
                name="documents_by_license",
            ),
            models.Index(
                fields=["company_id", "-created_at", "-id"],
                condition=Q(is_archived=True),
                name="documents_archived",
            ),
            models.Index(
                fields=["company_id", "-created_at", "-id"],
                condition=Q(is_public=True),
                name="documents_public",
            ),
            models.Index(
                fields=["expires_on", "id"],
                condition=Q(expires_on__isnull=False, is_archived=False),
                name="documents_by_expiry",
            ),
            models.Index(fields=["company_id", "file"], name="documents_by_file"),
            models.Index(
                fields=["company_id", "-created_at", "-id"],
                condition=Q(file__isnull=True),
                name="documents_without_a_file",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(CompanyRow):
    """The file as it was in one version; the newest is also in its :class:`Document`."""

    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        on_delete=models.CASCADE,
        related_name="versions",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    version = models.PositiveIntegerField(_("version"))
    filename = models.CharField(_("file name"), max_length=255)
    file = models.ForeignKey(
        StoredFile,
        verbose_name=_("file"),
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="versions",
        db_constraint=False,  # the same
        db_index=False,
    )
    file_size = models.PositiveBigIntegerField(_("size in bytes"))
    mime_type = models.CharField(_("content type"), max_length=255)
    change_log = models.CharField(_("what changed"), max_length=500, blank=True)
    expires_on = models.DateField(_("last valid day"), null=True, blank=True)
    uploaded_by = models.UUIDField(_("uploaded by"))

    class Meta:
        db_table = "document_versions"
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "version"],
                name="a_version_number_is_used_once",
                violation_error_message=_("This document already has a version of that number."),
            ),
        ]
        indexes = [models.Index(fields=["company_id", "file"], name="document_versions_by_file")]

    def __str__(self) -> str:
        return f"{self.filename} ({self.version})"


class DocumentPermission(CompanyRow):
    """One person may do one thing with one document, whatever their role lets them do."""

    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        on_delete=models.CASCADE,
        related_name="permissions",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    user_id = models.UUIDField(_("person"))
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)

    class Meta:
        db_table = "document_permissions"
        verbose_name = _("document permission")
        verbose_name_plural = _("document permissions")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "user_id", "action"],
                name="a_person_is_given_a_right_once",
                violation_error_message=_("This permission was already given."),
            ),
            models.CheckConstraint(condition=Q(action__in=Action.values), name="document_actions_are_known"),
        ]
        indexes = [models.Index(fields=["company_id", "user_id"], name="document_permissions_of_person")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.get_action_display()}"
