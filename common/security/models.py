"""What was revoked before it expired. Auth writes these with its sessions; the others learn it by events.

The rows belong to no company and hold no personal data, so they carry no row-level security: a token is
checked against them before anybody's scope is known.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RevokedSession(models.Model):
    """Access tokens of this session are refused; the last of them expires at ``expires_at``."""

    session_id = models.UUIDField(_("session"), primary_key=True)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        db_table = "revoked_sessions"
        verbose_name = _("revoked session")
        verbose_name_plural = _("revoked sessions")
        indexes = [models.Index(fields=["expires_at"], name="revoked_sessions_by_expiry")]

    def __str__(self) -> str:
        return str(self.session_id)


class RevokedUser(models.Model):
    """Access tokens of this person that were issued at or before ``before`` are refused."""

    user_id = models.UUIDField(_("person"), primary_key=True)
    before = models.DateTimeField(_("issued before"))

    class Meta:
        db_table = "revoked_users"
        verbose_name = _("revoked person")
        verbose_name_plural = _("revoked people")
        indexes = [models.Index(fields=["before"], name="revoked_users_by_time")]

    def __str__(self) -> str:
        return str(self.user_id)
