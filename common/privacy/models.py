"""Who read whose record, how long things are kept, and what was erased."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.privacy.choices import AccessAction, Door, SubjectKind


class Access(models.Model):
    """Somebody read a person's record. Rows are added and never changed; retention removes old ones.

    ``place`` is the address without its query. An export of many people names no subject.
    """

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField(_("company"), null=True)
    subject_kind = models.CharField(_("kind of record"), max_length=10, choices=SubjectKind)
    subject_id = models.UUIDField(_("id of who was read"), null=True)
    actor_id = models.UUIDField(_("id of who read"))
    actor_name = models.CharField(_("reader's name"), max_length=301, blank=True)
    action = models.CharField(_("what was done"), max_length=10, choices=AccessAction)
    door = models.CharField(_("way in"), max_length=5, choices=Door)
    place = models.CharField(_("address"), max_length=300)
    client_address = models.GenericIPAddressField(_("from the address"), null=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    at = models.DateTimeField(_("time"), db_default=Now())

    class Meta:
        db_table = "person_accesses"
        verbose_name = _("access to a person's record")
        verbose_name_plural = _("access log")
        indexes = [
            models.Index(fields=["company_id", "-at", "-id"], name="accesses_newest"),
            models.Index(fields=["-at", "-id"], name="accesses_newest_of_all"),
            models.Index(fields=["company_id", "subject_id", "-at", "-id"], name="accesses_of_a_person"),
            models.Index(fields=["company_id", "actor_id", "-at", "-id"], name="accesses_by_a_reader"),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.place}"


class KeptFor(models.Model):
    """How many days something is kept, where that is not what the service's plan or settings say."""

    rule = models.CharField(_("rule"), max_length=40, primary_key=True)
    days = models.PositiveIntegerField(_("days"), validators=[MinValueValidator(1)])
    reason = models.CharField(
        _("reason"), max_length=500, help_text=_("The law or the decision that says so.")
    )
    changed_by = models.CharField(_("changed by"), max_length=301, blank=True, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        db_table = "retention_periods"
        verbose_name = _("retention period")
        verbose_name_plural = _("retention periods")

    def __str__(self) -> str:
        return self.rule


class RetentionRun(models.Model):
    """What one night's retention did by one rule; without ``finished_at`` it was stopped and is gone on with."""

    id = models.BigAutoField(primary_key=True)
    rule = models.CharField(_("rule"), max_length=40)
    days = models.PositiveIntegerField(_("days"))
    before = models.DateTimeField(_("older than"))
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    error = models.TextField(_("error"), blank=True)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        db_table = "retention_runs"
        verbose_name = _("run of the retention")
        verbose_name_plural = _("runs of the retention")
        indexes = [models.Index(fields=["-started_at", "-id"], name="retention_runs_newest")]

    def __str__(self) -> str:
        return f"{self.rule} {self.started_at:%Y-%m-%d}"


class Erasure(models.Model):
    """An erasure that this service has carried out, so that a repeated order does nothing and gets the answer.

    ``subject_id`` is an employment's, an account's or a company's id.
    """

    id = models.UUIDField(_("request"), primary_key=True, default=uuid.uuid4)
    company_id = models.UUIDField(_("company"), null=True)
    kind = models.CharField(_("kind"), max_length=10, choices=SubjectKind)
    subject_id = models.UUIDField(_("erased"))
    user_id = models.UUIDField(_("account"), null=True)
    keep_until = models.DateField(_("the law has it kept until"), null=True)
    ids = ArrayField(models.UUIDField(), verbose_name=_("ids without traces"), default=list)
    answer = models.JSONField(_("what was done"), default=dict)
    done_at = models.DateTimeField(_("done"), db_default=Now())

    class Meta:
        db_table = "erasures"
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        indexes = [models.Index(fields=["subject_id", "keep_until"], name="erasures_by_subject")]

    def __str__(self) -> str:
        return str(self.id)
