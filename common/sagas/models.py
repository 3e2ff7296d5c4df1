"""Sagas this service drives, and what this service has done for sagas of any service."""

import uuid

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SagaState(models.TextChoices):
    """The states of a saga; completed and compensated are final."""

    RUNNING = "running", _("running")
    COMPENSATING = "compensating", _("compensating")
    COMPLETED = "completed", _("completed")
    COMPENSATED = "compensated", _("compensated")
    PARKED = "parked", _("waiting for an operator")


DIRECTIONS = [("do", _("forwards")), ("undo", _("backwards"))]
LIVE = (SagaState.RUNNING, SagaState.COMPENSATING)
FINAL = (SagaState.COMPLETED, SagaState.COMPENSATED)


class SagaInstance(models.Model):
    """One run of a saga. Only the engine and the operator's actions change it."""

    id = models.UUIDField(_("id"), primary_key=True, default=uuid.uuid4)
    name = models.TextField(_("saga"))
    version = models.TextField(_("version"))
    company_id = models.UUIDField(_("company"))
    data = models.JSONField(_("data"))
    results = models.JSONField(_("results"), default=dict)
    state = models.TextField(_("state"), choices=SagaState.choices, default=SagaState.RUNNING)
    step = models.TextField(_("step"))
    awaiting = models.BooleanField(_("waits for an answer"), default=False)
    attempts = models.IntegerField(_("attempts of this step"), default=0)
    fence = models.BigIntegerField(_("fence"), default=0)
    lease_owner = models.UUIDField(_("worker"), null=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    wake_at = models.DateTimeField(_("next look"), null=True, db_default=Now())
    deadline_at = models.DateTimeField(_("deadline"))
    parked_from = models.TextField(_("was"), blank=True)
    park_reason = models.TextField(_("waits because"), blank=True)
    error_code = models.TextField(_("error"), blank=True)
    error_message = models.TextField(_("error message"), blank=True)
    error_status = models.IntegerField(_("error status"), null=True)
    error_details = models.JSONField(_("error details"), default=dict)
    actor_id = models.UUIDField(_("started by"), null=True)
    request_id = models.TextField(_("request"), blank=True)
    created_at = models.DateTimeField(_("started"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        db_table = "sagas"
        verbose_name = _("saga")
        verbose_name_plural = _("sagas")
        indexes = [
            models.Index(
                fields=["wake_at"],
                name="sagas_due",
                condition=models.Q(state__in=["running", "compensating"]),
            ),
            models.Index(fields=["company_id", "-created_at"], name="sagas_of_company"),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_live_saga_is_never_forgotten",
                condition=~models.Q(state__in=["running", "compensating"]) | models.Q(wake_at__isnull=False),
                violation_error_message=_("A running saga needs a time for its next look."),
            ),
            models.CheckConstraint(
                name="a_saga_is_in_a_known_state", condition=models.Q(state__in=SagaState.values)
            ),
            models.CheckConstraint(
                name="a_final_saga_has_an_end",
                condition=models.Q(
                    ~models.Q(state__in=["completed", "compensated"]), finished_at__isnull=True
                )
                | models.Q(state__in=["completed", "compensated"], finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"


class SagaStep(models.Model):
    """One attempt at a step, forwards or backwards: the history an operator reads."""

    class Status(models.TextChoices):
        SENT = "sent", _("sent")
        DONE = "done", _("done")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("skipped by an operator")
        MARKED = "marked", _("marked as done by an operator")
        RESUMED = "resumed", _("retried by an operator")
        CANCELLED = "cancelled", _("compensated by an operator")

    id = models.BigAutoField(primary_key=True)
    saga = models.ForeignKey(
        SagaInstance, on_delete=models.CASCADE, related_name="steps", verbose_name=_("saga")
    )
    company_id = models.UUIDField(_("company"))
    name = models.TextField(_("step"))
    direction = models.TextField(_("direction"), choices=DIRECTIONS)
    attempt = models.IntegerField(_("attempt"))
    fence = models.BigIntegerField(_("fence"))
    status = models.TextField(_("status"), choices=Status.choices, default=Status.SENT)
    error = models.JSONField(_("error"), default=dict)
    note = models.TextField(_("note"), blank=True)
    started_at = models.DateTimeField(_("sent"), db_default=Now())
    finished_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        db_table = "saga_steps"
        verbose_name = _("saga step")
        verbose_name_plural = _("saga steps")
        ordering = ["id"]
        indexes = [models.Index(fields=["saga", "fence"], name="saga_steps_of_saga")]

    def __str__(self) -> str:
        return f"{self.name} ({self.direction}, {self.attempt})"


class SagaFence(models.Model):
    """Participant side: the highest fence this service has seen of a saga; its row is the saga's lock here."""

    saga_id = models.UUIDField(primary_key=True)
    company_id = models.UUIDField()
    fence = models.BigIntegerField()

    class Meta:
        db_table = "saga_fences"

    def __str__(self) -> str:
        return f"{self.saga_id} @ {self.fence}"


class SagaEffect(models.Model):
    """Participant side: what was done or undone once, and the answer that every repeat gets."""

    id = models.BigAutoField(primary_key=True)
    saga_id = models.UUIDField(_("saga"))
    company_id = models.UUIDField(_("company"))
    step = models.TextField(_("step"))
    direction = models.TextField(_("direction"), choices=DIRECTIONS)
    status = models.TextField(_("status"), choices=[("done", _("done")), ("refused", _("refused"))])
    result = models.JSONField(_("result"), default=dict)
    error = models.JSONField(_("error"), default=dict)
    fence = models.BigIntegerField(_("fence"))
    created_at = models.DateTimeField(_("when"), db_default=Now())

    class Meta:
        db_table = "saga_effects"
        verbose_name = _("saga effect")
        verbose_name_plural = _("saga effects")
        constraints = [
            models.UniqueConstraint(
                fields=["saga_id", "step", "direction"], name="a_step_has_one_effect_each_way"
            )
        ]

    def __str__(self) -> str:
        return f"{self.saga_id} {self.step} {self.direction}"
