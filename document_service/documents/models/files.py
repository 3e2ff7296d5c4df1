"""Files as the storage keeps them: the same bytes once a company, however many documents they are in."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from common.company_rows import CompanyRow
from document_service.documents.choices import AVAILABLE, ScanState, Verdict


class StoredFile(CompanyRow):
    """A file's bytes. The versions of documents that point here are its references; without any it goes.

    ``unused_since`` says when a reference was last taken away, which makes the file worth looking at.
    """

    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    scan_state = models.CharField(_("state"), max_length=10, choices=ScanState.choices)
    signature = models.CharField(_("found"), max_length=255, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), null=True, blank=True)
    unused_since = models.DateTimeField(_("unused since"), null=True, blank=True)

    class Meta:
        db_table = "stored_files"
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "sha256"],
                name="files_are_kept_once_a_company",
                violation_error_message=_("The company has this file."),
            ),
            models.UniqueConstraint(fields=["company_id", "id"], name="stored_files_of_a_company"),
            models.CheckConstraint(
                condition=models.Q(scan_state__in=ScanState.values), name="scan_states_are_known"
            ),
        ]
        indexes = [
            models.Index(fields=["company_id"], include=["size"], name="stored_files_by_size"),
            models.Index(
                fields=["unused_since"],
                condition=models.Q(unused_since__isnull=False),
                name="stored_files_unused",
            ),
            models.Index(
                fields=["created_at"],
                condition=models.Q(scan_state=ScanState.PENDING),
                name="stored_files_to_scan",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def key(self) -> str:
        """Where the storage keeps the bytes; shown to nobody."""
        return f"{self.company_id}/{self.sha256[:2]}/{self.sha256}"

    @property
    def is_available(self) -> bool:
        """Whether people may be given the file."""
        return self.scan_state in AVAILABLE


class QuarantinedFile(CompanyRow):
    """One time that a scanner found something in a file: who brought it, and what was decided about it.

    The decision about bytes that were released outlives them.
    """

    file = models.ForeignKey(
        StoredFile,
        verbose_name=_("file"),
        null=True,
        on_delete=models.SET_NULL,
        related_name="incidents",
        db_constraint=False,
    )
    sha256 = models.CharField(_("SHA-256"), max_length=64, default="")
    filename = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    signature = models.CharField(_("found"), max_length=255)
    uploaded_by = models.UUIDField(_("uploaded by"))
    document_id = models.UUIDField(_("document"), null=True, blank=True)
    verdict = models.CharField(_("decision"), max_length=10, choices=Verdict.choices, default=Verdict.WAITING)
    decided_by = models.UUIDField(_("decided by"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        db_table = "quarantined_files"
        verbose_name = _("file in quarantine")
        verbose_name_plural = _("quarantine")
        constraints = [
            models.CheckConstraint(condition=models.Q(verdict__in=Verdict.values), name="verdicts_are_known")
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="quarantined_files_newest"),
            models.Index(fields=["company_id", "file"], name="quarantined_files_by_file"),
            models.Index(fields=["company_id", "sha256"], name="quarantined_files_by_hash"),
        ]

    def __str__(self) -> str:
        return self.filename


class StorageQuota(models.Model):
    """How many bytes a company may store, where that is not what all may."""

    company_id = models.UUIDField(_("company"), primary_key=True)
    limit = models.PositiveBigIntegerField(_("limit in bytes"))
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        db_table = "storage_quotas"
        verbose_name = _("storage limit")
        verbose_name_plural = _("storage limits")

    def __str__(self) -> str:
        return str(self.company_id)
