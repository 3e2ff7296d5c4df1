"""Documents of a company, their versions, and who may do what with them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from document_service.documents.choices import Action, Audience


class CompanyRow(models.Model):
    """A row that belongs to one company; row-level security shows it to nobody else."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        abstract = True


class Document(CompanyRow):
    """What is known about a stored file; ``storage_key`` is where the storage keeps it and is never shown."""

    title = models.CharField(_("title"), max_length=255)
    filename = models.CharField(_("file name"), max_length=255)
    storage_key = models.TextField(_("storage key"), editable=False)
    file_size = models.PositiveBigIntegerField(_("size in bytes"))
    mime_type = models.CharField(_("content type"), max_length=255)
    category = models.CharField(_("category"), max_length=100, blank=True)
    tags = ArrayField(models.CharField(max_length=100), verbose_name=_("tags"), default=list, blank=True)
    description = models.CharField(_("description"), max_length=1000, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_public = models.BooleanField(_("open to the whole company"), default=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    uploaded_by = models.UUIDField(_("uploaded by"))
    download_count = models.PositiveIntegerField(_("downloads"), default=0)
    view_count = models.PositiveIntegerField(_("views"), default=0)

    class Meta:
        db_table = "documents"
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title=""),
                name="a_document_has_a_title",
                violation_error_message=_("A document needs a title."),
            ),
            models.CheckConstraint(
                condition=models.Q(version__gte=1),
                name="versions_count_from_one",
                violation_error_message=_("The first version is number 1."),
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="documents_of_a_company"),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="documents_newest"),
            models.Index(fields=["company_id", "title", "id"], name="documents_by_title"),
            models.Index(fields=["company_id", "uploaded_by"], name="documents_by_uploader"),
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
    storage_key = models.TextField(_("storage key"), editable=False)
    file_size = models.PositiveBigIntegerField(_("size in bytes"))
    mime_type = models.CharField(_("content type"), max_length=255)
    change_log = models.CharField(_("what changed"), max_length=500, blank=True)
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

    def __str__(self) -> str:
        return f"{self.filename} ({self.version})"


class DocumentPermission(CompanyRow):
    """One audience may do one thing with one document."""

    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        on_delete=models.CASCADE,
        related_name="permissions",
        db_constraint=False,  # the migration adds one that also compares the company
    )
    action = models.CharField(_("action"), max_length=10, choices=Action.choices)
    audience = models.CharField(_("audience"), max_length=20, choices=Audience.choices)

    class Meta:
        db_table = "document_permissions"
        verbose_name = _("document permission")
        verbose_name_plural = _("document permissions")
        constraints = [
            models.UniqueConstraint(
                fields=["document", "action", "audience"],
                name="a_permission_is_given_once",
                violation_error_message=_("This permission was already given."),
            ),
            models.CheckConstraint(
                condition=models.Q(action__in=Action.values), name="document_actions_are_known"
            ),
            models.CheckConstraint(
                condition=models.Q(audience__in=Audience.values), name="document_audiences_are_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()}: {self.get_action_display()}"
