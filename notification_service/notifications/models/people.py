"""What people want to be told, and who manages which company."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notification_service.notifications.choices import Language


class Preference(models.Model):
    """How one person wants to be told, in every company they belong to.

    ``categories`` may switch channels off for one category: ``{"leave": {"email": false}}``. Quiet hours are the
    person's own clock in ``timezone``; from the evening to the morning they go over midnight.
    """

    user_id = models.UUIDField(_("person"), primary_key=True)
    language = models.CharField(
        _("language"), max_length=2, choices=Language.choices, default=Language.ARABIC
    )
    email_enabled = models.BooleanField(_("e-mail"), default=True)
    sms_enabled = models.BooleanField(_("SMS"), default=False)
    push_enabled = models.BooleanField(_("push"), default=True)
    in_app_enabled = models.BooleanField(_("in the application"), default=True)
    categories = models.JSONField(_("by category"), default=dict, blank=True)
    quiet_hours_start = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_hours_end = models.TimeField(_("quiet until"), null=True, blank=True)
    timezone = models.CharField(_("time zone"), max_length=64, default="Asia/Kuwait")
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        db_table = "preferences"
        verbose_name = _("preferences of a person")
        verbose_name_plural = _("preferences")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_hours_start__isnull=True, quiet_hours_end__isnull=True)
                | Q(quiet_hours_start__isnull=False, quiet_hours_end__isnull=False)
                & ~Q(quiet_hours_start=F("quiet_hours_end")),
                name="quiet_hours_have_a_start_and_another_end",
                violation_error_message=_("Quiet hours need a start and an end that differ."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class Membership(models.Model):
    """The role a person has in a company, or in all of them (no ``company_id``), as auth last told."""

    # Follows from person and company: reading auth's events anew makes the same rows.
    id = models.UUIDField(primary_key=True, editable=False)
    user_id = models.UUIDField(_("person"))
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    role = models.CharField(_("role"), max_length=64)

    class Meta:
        db_table = "memberships"
        verbose_name = _("role of a person")
        verbose_name_plural = _("roles of people")
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "company_id"],
                name="a_person_has_one_role_in_a_company",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["company_id", "role"], name="people_by_role")]

    def __str__(self) -> str:
        return self.role
