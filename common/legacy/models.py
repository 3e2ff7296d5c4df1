"""What an import leaves behind beside the data: its runs, the rows set aside, and work for HR."""

from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import (
    ConflictKind,
    QuarantineReason,
    QuarantineState,
    QuarantineStep,
    RowOutcome,
    RunState,
    SubjectKind,
    ToDoKind,
)
from common.security.encryption.json_field import EncryptedJSONField


class ImportRun(models.Model):
    """One import of one file. A run that was interrupted goes on when the same file is imported again.

    An incremental run brings over only what has changed since the runs before it.
    """

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    name = models.CharField(_("name"), max_length=100)
    source = models.TextField(_("file"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64)
    state = models.CharField(_("state"), max_length=12, choices=RunState, default=RunState.RUNNING)
    incremental = models.BooleanField(_("only changes"), default=False)
    # Of the rules that the file was read by: new rules read every row anew.
    rules = models.CharField(_("rules"), max_length=16, blank=True, default="")
    created_at = models.DateTimeField(_("started"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        db_table = "import_runs"
        verbose_name = _("import run")
        verbose_name_plural = _("import runs")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="a_finished_run_says_when",
                condition=Q(state=RunState.RUNNING, finished_at__isnull=True)
                | (~Q(state=RunState.RUNNING) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="a_file_is_imported_once_at_a_time",
                fields=["fingerprint"],
                condition=Q(state=RunState.RUNNING),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportTable(models.Model):
    """How far a run came with one table, and what became of the rows up to there.

    ``details`` holds counts by reason, rule and kind of to-do item, and a few old ids as examples.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="tables", verbose_name=_("run"))
    name = models.CharField(_("table"), max_length=63)
    source_rows = models.PositiveBigIntegerField(_("rows in the file"))
    done = models.PositiveBigIntegerField(_("rows done"), default=0)
    # Of the last row done; see LegacyFile.rows.
    place = models.BigIntegerField(null=True, editable=False)
    imported = models.PositiveBigIntegerField(_("imported"), default=0)
    unchanged = models.PositiveBigIntegerField(_("there already"), default=0)
    merged = models.PositiveBigIntegerField(_("merged"), default=0)
    quarantined = models.PositiveBigIntegerField(_("set aside"), default=0)
    skipped = models.PositiveBigIntegerField(_("skipped"), default=0)
    # Of an incremental run, beside the account of the file's rows: things changed and taken away here.
    changed = models.PositiveBigIntegerField(_("changed"), default=0)
    removed = models.PositiveBigIntegerField(_("taken away"), default=0)
    conflicts = models.PositiveBigIntegerField(_("left as they are here"), default=0)
    details = models.JSONField(_("details"), default=dict)

    class Meta:
        db_table = "import_tables"
        verbose_name = _("imported table")
        verbose_name_plural = _("imported tables")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="a_run_imports_a_table_once", fields=["run", "name"]),
            models.CheckConstraint(
                name="every_row_done_is_accounted_for",
                condition=Q(
                    done=F("imported") + F("unchanged") + F("merged") + F("quarantined") + F("skipped")
                ),
            ),
            models.CheckConstraint(
                name="no_more_rows_are_done_than_there_are", condition=Q(done__lte=F("source_rows"))
            ),
        ]

    def __str__(self) -> str:
        return self.name


class QuarantinedRow(models.Model):
    """An old row that could not be carried, with its full content.

    The id is derived from the row, so that it is set aside once however often its file is imported.
    ``content`` stays what the file said; what people correct is kept beside it, by column. Both are sealed: there
    is nothing about a person that an old row may not say.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="quarantined_rows", verbose_name=_("run"))
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    table = models.CharField(_("table"), max_length=63)
    old_id = models.TextField(_("id in the old system"), blank=True)
    # Where the row stands in the ledger: the entry of the plan, and the key within it.
    entry = models.CharField(_("becomes"), max_length=63, blank=True, db_default="", editable=False)
    key = models.TextField(blank=True, db_default="", editable=False)
    reason = models.CharField(_("reason"), max_length=20, choices=QuarantineReason)
    # Column name: what is wrong with its value.
    problems = models.JSONField(_("problems"), default=dict)
    detail = models.TextField(_("detail"), blank=True)
    content = EncryptedJSONField(_("content"))
    created_at = models.DateTimeField(_("set aside"), db_default=Now(), editable=False)
    # Nothing below is written by an import: it has a default in the database, or may be missing.
    state = models.CharField(
        _("state"), max_length=10, choices=QuarantineState, db_default=QuarantineState.WAITING
    )
    corrected = EncryptedJSONField(_("corrections"), null=True)
    target_id = models.UUIDField(_("became"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    # Nobody when a later import brought the row.
    decided_by = models.UUIDField(_("decided by"), null=True, blank=True)
    discard_reason = models.TextField(_("reason for discarding"), blank=True, db_default="")

    class Meta:
        db_table = "quarantined_rows"
        verbose_name = _("row set aside")
        verbose_name_plural = _("rows set aside")
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                name="a_decision_on_a_row_set_aside_says_when_and_why",
                condition=Q(state=QuarantineState.WAITING, decided_at=None, target_id=None, discard_reason="")
                | Q(state=QuarantineState.IMPORTED, decided_at__isnull=False, discard_reason="")
                | (
                    Q(state=QuarantineState.DISCARDED, decided_at__isnull=False, target_id=None)
                    & ~Q(discard_reason="")
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at"], name="quarantine_by_company"),
            models.Index(fields=["reason", "-created_at"], name="quarantine_by_reason"),
            models.Index(fields=["entry", "key"], name="quarantine_by_entry"),
            models.Index(fields=["old_id"], name="quarantine_by_old_id"),
            models.Index(
                fields=["company_id", "table", "reason"],
                name="quarantine_waiting",
                condition=Q(state=QuarantineState.WAITING),
            ),
            models.Index(fields=["state", "-created_at", "id"], name="quarantine_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.old_id}".strip()

    @property
    def corrections(self) -> dict[str, Any]:
        """What people corrected, by column; to be assigned anew and not changed in place."""
        return self.corrected or {}

    @corrections.setter
    def corrections(self, corrections: dict[str, Any]) -> None:
        self.corrected = corrections or None


class QuarantineAction(models.Model):
    """Who did what about a row that was set aside, and when; ``columns`` names what was corrected."""

    id = models.BigAutoField(primary_key=True)
    row = models.ForeignKey(
        QuarantinedRow, models.CASCADE, related_name="history", verbose_name=_("row set aside")
    )
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    step = models.CharField(_("what was done"), max_length=10, choices=QuarantineStep)
    columns = models.JSONField(_("columns"), db_default=[])
    detail = models.TextField(_("detail"), blank=True, db_default="")
    by = models.UUIDField(_("by"), null=True, blank=True)
    # As the person was called then: another service knows who they are now.
    by_name = models.TextField(_("by"), blank=True, db_default="")
    at = models.DateTimeField(_("when"), db_default=Now(), editable=False)

    class Meta:
        db_table = "quarantine_actions"
        verbose_name = _("step taken")
        verbose_name_plural = _("what was done so far")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.get_step_display()} {self.by_name}".strip()


class ToDoItem(models.Model):
    """Something in imported data that a person has to complete or decide."""

    id = models.UUIDField(primary_key=True, editable=False)
    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="todo_items", verbose_name=_("run"))
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    kind = models.CharField(_("what is to be done"), max_length=20, choices=ToDoKind)
    subject_kind = models.CharField(_("about"), max_length=12, choices=SubjectKind)
    subject_id = models.UUIDField(_("id"))
    subject_name = models.TextField(_("name"))
    detail = models.TextField(_("old value"), blank=True)
    created_at = models.DateTimeField(_("found"), db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(_("done"), null=True, blank=True)
    resolved_by = models.UUIDField(_("done by"), null=True, blank=True)

    class Meta:
        db_table = "todo_items"
        verbose_name = _("to-do item")
        verbose_name_plural = _("to-do items")
        ordering = ["resolved_at", "-created_at", "id"]
        indexes = [
            models.Index(
                fields=["company_id", "kind", "-created_at"],
                name="todo_items_waiting",
                condition=Q(resolved_at__isnull=True),
            ),
            models.Index(fields=["subject_id"], name="todo_items_by_subject"),
        ]

    def __str__(self) -> str:
        return self.sentence

    @property
    def sentence(self) -> str:
        """What is to be done, in the reader's language."""
        about = f"{self.get_subject_kind_display()} {self.subject_name}"
        said = f" ({self.detail})" if self.detail else ""
        return f"{about} {self.get_kind_display()}{said}"


class ImportedRow(models.Model):
    """What became of one row of the old file as one entry of the plan: the import's ledger.

    It holds no personal data. ``key`` is the old id, or ``#`` and the row's place when it has none of its own.
    ``source_hash`` is of the old row and of what it depends on in the file; ``state_hash`` is of the thing
    here right after the import last wrote it, and NULL when the row did not become a thing of its own.
    """

    pk = models.CompositePrimaryKey("name", "key")
    name = models.CharField(_("becomes"), max_length=63)
    key = models.TextField(_("id in the old system"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=RowOutcome)
    # Why it was set aside, or by which rule it was skipped.
    reason = models.TextField(_("reason"), blank=True, db_default="")
    target_id = models.UUIDField(_("became"), null=True)
    company_id = models.UUIDField(_("company"), null=True)
    # By an id of its own and not by a foreign key, which would be checked a million times for one run.
    run_id = models.UUIDField(_("run"))
    source_hash = models.BigIntegerField()
    state_hash = models.BigIntegerField(null=True)

    class Meta:
        db_table = "imported_rows"
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")

    def __str__(self) -> str:
        return f"{self.name} {self.key}"


class ImportConflict(models.Model):
    """Something that an incremental import decided where both sides had their say: listed, never dropped."""

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ImportRun, models.CASCADE, related_name="conflict_rows", verbose_name=_("run"))
    name = models.CharField(_("becomes"), max_length=63)
    key = models.TextField(_("id in the old system"))
    kind = models.CharField(_("what was done"), max_length=12, choices=ConflictKind)
    target_id = models.UUIDField(_("id"), null=True)
    company_id = models.UUIDField(_("company"), null=True)
    detail = models.TextField(_("detail"), blank=True)
    created_at = models.DateTimeField(_("found"), db_default=Now(), editable=False)

    class Meta:
        db_table = "import_conflicts"
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["run", "name", "kind"], name="conflicts_by_run"),
            models.Index(fields=["company_id", "-id"], name="conflicts_by_company"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.key}: {self.get_kind_display()}"


class HandedOverCompany(models.Model):
    """A company that works on the new side: what changes about it on the old side is left behind."""

    company_id = models.UUIDField(_("company"), primary_key=True)
    handed_over_at = models.DateTimeField(_("handed over"), db_default=Now(), editable=False)
    # Nobody when the command did it.
    handed_over_by = models.UUIDField(_("by"), null=True, blank=True)

    class Meta:
        db_table = "handed_over_companies"
        verbose_name = _("company handed over")
        verbose_name_plural = _("companies handed over")
        ordering = ["-handed_over_at", "company_id"]

    def __str__(self) -> str:
        return str(self.company_id)
