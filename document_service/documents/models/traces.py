"""What reading leaves behind: the log of downloads, and counts on their way into the documents."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from document_service.documents.models.documents import Document


class DocumentDownload(models.Model):
    """Somebody was given a file. Stays when the document goes; ``link_id`` names the signed address used."""

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField(_("company"))
    document = models.ForeignKey(
        Document,
        verbose_name=_("document"),
        on_delete=models.DO_NOTHING,
        related_name="downloads",
        db_constraint=False,
        db_index=False,
    )
    title = models.CharField(_("title"), max_length=255)
    version = models.PositiveIntegerField(_("version"))
    user_id = models.UUIDField(_("person"))
    address = models.GenericIPAddressField(_("from the address"), null=True, blank=True)
    link_id = models.UUIDField(_("signed link"), null=True, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        db_table = "document_downloads"
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        constraints = [
            models.UniqueConstraint(
                fields=["company_id", "link_id"],
                condition=models.Q(link_id__isnull=False),
                name="a_signed_link_is_logged_once",
            )
        ]
        indexes = [
            models.Index(fields=["company_id", "document", "-id"], name="downloads_of_document"),
            models.Index(fields=["company_id", "user_id", "-id"], name="downloads_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class AccessCount(models.Model):
    """Views and downloads not yet added to their document; inserted only, so that readers never wait.

    No foreign key: it would lock the document's row, and a count for nobody counts nothing.
    """

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField()
    document_id = models.UUIDField()
    views = models.SmallIntegerField(default=0)
    downloads = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "document_access_counts"
        indexes = [models.Index(fields=["company_id", "document_id"], name="access_counts_of_document")]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.views}, {self.downloads}"


class ExpiryNotice(models.Model):
    """A notice step that was reached before a document's last valid day, told of once."""

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField()
    document = models.ForeignKey(
        Document, on_delete=models.CASCADE, related_name="expiry_notices", db_constraint=False
    )
    expires_on = models.DateField()
    step = models.SmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "document_expiry_notices"
        constraints = [
            models.UniqueConstraint(fields=["document", "expires_on", "step"], name="a_step_is_told_of_once")
        ]

    def __str__(self) -> str:
        return f"{self.document_id}: {self.expires_on}, {self.step}"


class SearchTerm(models.Model):
    """A folded word that a document is found by, or a tag of its (``#`` in front); heavier ranks higher.

    Under row-level security an index answers equality and ranges of text, and neither ``@@`` of a tsvector
    nor ``@>`` of an array. No foreign key: a term of nothing finds nothing.
    """

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField()
    document = models.ForeignKey(
        Document, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="search_terms"
    )
    term = models.TextField()
    weight = models.SmallIntegerField()

    class Meta:
        db_table = "document_terms"
        indexes = [
            models.Index(
                fields=["company_id", "term"],
                include=["document", "weight"],
                opclasses=["uuid_ops", "text_pattern_ops"],
                name="documents_by_term",
            ),
            models.Index(fields=["company_id", "document"], name="terms_of_document"),
        ]

    def __str__(self) -> str:
        return self.term
