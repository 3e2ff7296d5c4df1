"""Requests about personal data, and what each service has done about them."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.privacy.subjects import Subject
from common.security.encryption.fields import EncryptedTextField
from employee_service.employees.models import Employee
from employee_service.person_requests.choices import RequestKind, RequestState


class PersonRequest(models.Model):
    """A request about one employment of a person. ``requested_by`` is nobody where time asked for it.

    ``keep_until`` is the day until which the law has the employment's records kept, as it was known when the
    request was made; an erasure says then what it has kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    employee = models.ForeignKey(
        Employee,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=pgettext_lazy("model", "employee"),
    )
    user_id = models.UUIDField(_("account"), editable=False)
    kind = models.CharField(_("what is asked for"), max_length=10, choices=RequestKind)
    reason = models.CharField(_("reason"), max_length=500)
    language = models.CharField(_("language"), max_length=2, default="en", editable=False)
    state = models.CharField(_("state"), max_length=10, choices=RequestState, default=RequestState.RUNNING)
    keep_until = models.DateField(_("the law has it kept until"), null=True, editable=False)
    requested_by = models.UUIDField(_("asked for by"), null=True, editable=False)
    requested_by_name = models.CharField(_("asked for by"), max_length=301, blank=True, editable=False)
    created_at = models.DateTimeField(_("asked for"), db_default=Now(), editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True, editable=False)
    expires_at = models.DateTimeField(_("to be downloaded until"), null=True, editable=False)
    downloaded_at = models.DateTimeField(_("downloaded"), null=True, editable=False)

    class Meta:
        db_table = "person_requests"
        verbose_name = _("request about personal data")
        verbose_name_plural = _("requests about personal data")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["company_id", "id"], name="person_requests_company_and_id"),
            models.UniqueConstraint(
                fields=["employee", "kind"],
                name="the_same_is_done_once_at_a_time",
                condition=Q(state=RequestState.RUNNING),
            ),
            models.CheckConstraint(
                name="a_running_request_is_not_finished",
                condition=Q(state=RequestState.RUNNING, finished_at=None)
                | ~Q(state=RequestState.RUNNING) & Q(finished_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["company_id", "-created_at", "-id"], name="person_requests_of_company"),
            models.Index(fields=["-created_at", "-id"], name="person_requests_of_all"),
            models.Index(fields=["employee", "kind"], name="person_requests_of_employee"),
            models.Index(fields=["requested_by", "-created_at"], name="person_requests_by_reader"),
            models.Index(
                fields=["expires_at"], name="person_packages_waiting", condition=Q(expires_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {str(self.id)[:8]}"

    @property
    def subject(self) -> Subject:
        """Whom the services are asked about."""
        return Subject(company_id=self.company_id, employee_id=self.employee_id, user_id=self.user_id)


class RequestPart(models.Model):
    """One service's part: asked when ``due_at`` has come, until it has answered.

    ``content`` is its share of an export, sealed and gone with the download; ``lines`` say what an erasure did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField(_("company"), editable=False)
    # The constraint is a composite one, by SQL: a part and its request belong to the same company.
    request = models.ForeignKey(
        PersonRequest,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="parts",
        verbose_name=_("request"),
    )
    service = models.CharField(_("service"), max_length=20)
    rank = models.PositiveSmallIntegerField(_("order"), default=1)
    due_at = models.DateTimeField(_("next attempt"), null=True, db_default=Now())
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    content = EncryptedTextField(_("content"), blank=True, default="")
    lines = models.JSONField(_("what was done"), default=list)
    account = models.BooleanField(_("the account goes, too"), default=False)
    finished_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        db_table = "person_request_parts"
        verbose_name = _("part of a service")
        verbose_name_plural = _("parts of the services")
        constraints = [
            models.UniqueConstraint(fields=["request", "service"], name="a_service_is_asked_once_a_request"),
            models.CheckConstraint(
                name="a_part_is_due_until_it_is_answered",
                condition=Q(due_at__isnull=True, finished_at__isnull=False)
                | Q(due_at__isnull=False, finished_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="person_parts_due", condition=Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return self.service
