"""Mails about accounts that wait to be sent, and the single-use tokens they carried."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from auth_service.users.choices import MailPurpose
from auth_service.users.models.base import Row


class AccountMail(Row):
    """Somebody asked for a mail to ``email``; whether the address is known shows only when it is sent.

    The token is made while sending and kept as a hash, so neither this table nor a backup of it opens
    an account.
    """

    email = models.CharField(_("e-mail"), max_length=254)
    purpose = models.CharField(_("purpose"), max_length=30, choices=MailPurpose)
    wake_at = models.DateTimeField(_("next attempt"), db_default=Now())
    attempts = models.PositiveSmallIntegerField(_("attempts"), db_default=0, default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    token_hash = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001  (unique needs NULL)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        db_table = "account_mails"
        verbose_name = _("account mail")
        verbose_name_plural = _("account mails")
        constraints = [
            # Repeated requests wait for one mail together: nobody can flood a mailbox.
            models.UniqueConstraint(
                fields=["email", "purpose"],
                name="account_mails_one_waits_for_each_purpose",
                condition=Q(sent_at__isnull=True),
            )
        ]
        indexes = [
            models.Index(fields=["wake_at"], name="account_mails_waiting", condition=Q(sent_at__isnull=True))
        ]

    def __str__(self) -> str:
        return str(self.pk)
