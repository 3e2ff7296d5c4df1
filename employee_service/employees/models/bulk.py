"""Hiring many at once: the job, and a row for each person of the request."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from common.sagas.models import SagaInstance


class BulkHire(models.Model):
    """A request to hire many people into one company. How its rows fare stands in their sagas."""

    class OnError(models.TextChoices):
        """What becomes of the good rows when others are refused at once."""

        CONTINUE = "continue", _("hire the others")
        STOP = "stop_before_start", _("hire nobody")

    class State(models.TextChoices):
        """Follows from the rows; parked: some wait for an operator and nothing else moves."""

        STARTING = "starting", _("starting")
        RUNNING = "running", _("running")
        PARKED = "parked", _("waiting for an operator")
        FINISHED = "finished", _("finished")
        STOPPED = "stopped", _("stopped before the start")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField(_("company"))
    actor_id = models.UUIDField(_("started by"))
    on_error = models.CharField(_("when a row is refused"), max_length=20, choices=OnError)
    total = models.PositiveIntegerField(_("rows"))
    refused = models.PositiveIntegerField(_("refused at once"))
    stopped = models.BooleanField(_("stopped before the start"), default=False)
    # Written when every row has ended, so that lists of old jobs need not look at their sagas.
    completed = models.PositiveIntegerField(_("hired"), default=0)
    compensated = models.PositiveIntegerField(_("undone"), default=0)
    due_at = models.DateTimeField(_("next look"), null=True)
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        db_table = "bulk_hires"
        verbose_name = _("bulk hire")
        verbose_name_plural = _("bulk hires")
        constraints = [
            models.UniqueConstraint(fields=["company_id", "id"], name="bulk_hires_company_and_id"),
            models.CheckConstraint(
                name="an_unfinished_bulk_hire_is_never_forgotten",
                condition=Q(finished_at__isnull=False, due_at__isnull=True)
                | Q(finished_at__isnull=True, due_at__isnull=False),
                violation_error_message=_("An unfinished bulk hire needs a time for its next look."),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="bulk_hires_of_company"),
            # The group's own staff list every company's.
            models.Index(fields=["-created_at", "-id"], name="bulk_hires_of_all"),
            models.Index(fields=["due_at"], name="bulk_hires_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{str(self.id)[:8]} ({self.total})"


class BulkHireRow(models.Model):
    """A person of a bulk hire: refused at once, not started at all, or hired by the saga ``saga_id``.

    The saga's id is given when the row is stored, and follows from job, row and attempt: whoever starts the
    row starts this saga, and the same one only once. ``data`` is the saga's until the saga has it;
    pay is in neither.
    """

    class Status(models.TextChoices):
        """Follows from the row and its saga."""

        REFUSED = "refused", _("refused at once")
        NOT_STARTED = "not_started", _("not started")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        COMPLETED = "completed", _("completed")
        COMPENSATED = "compensated", _("compensated")
        PARKED = "parked", _("waiting for an operator")

    id = models.BigAutoField(primary_key=True)
    company_id = models.UUIDField(_("company"))
    # The constraint is a composite one, by SQL: the row and its job belong to the same company.
    job = models.ForeignKey(
        BulkHire,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="rows",
        verbose_name=_("bulk hire"),
    )
    number = models.PositiveIntegerField(_("row"), help_text=_("Its place in the request, from 1 on."))
    email = models.CharField(_("e-mail"), max_length=254, blank=True)
    attempt = models.PositiveSmallIntegerField(_("attempt"), default=1)
    # No constraint: the saga comes later.
    saga = models.ForeignKey(
        SagaInstance,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("saga"),
    )
    employee_id = models.UUIDField(_("employee"), null=True)
    data = models.JSONField(_("data"), null=True)
    error_code = models.TextField(_("error"), blank=True)
    error_details = models.JSONField(_("error details"), default=dict)

    class Meta:
        db_table = "bulk_hire_rows"
        verbose_name = _("row of a bulk hire")
        verbose_name_plural = _("rows of bulk hires")
        constraints = [
            models.UniqueConstraint(fields=["job", "number"], name="a_bulk_hire_has_a_row_once"),
            models.CheckConstraint(
                name="a_refused_row_is_not_hired",
                condition=Q(error_code="") | Q(saga__isnull=True),
                violation_error_message=_("A refused row cannot be hired."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.email}"
