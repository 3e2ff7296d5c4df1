"""Sign-ins, the tokens that renew them, and the keys that sign access tokens."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from auth_service.users.choices import KeyAlgorithm
from auth_service.users.models.base import Row
from auth_service.users.models.people import User


class Session(Row):
    """One sign-in of one person in one company (none for those above or without companies)."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, verbose_name=_("user"), related_name="sessions")
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"))
    refreshed_at = models.DateTimeField(_("last renewed"), null=True, blank=True)
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    revoked_at = models.DateTimeField(_("ended"), null=True, blank=True)
    revoked_reason = models.CharField(_("reason"), max_length=60, blank=True, default="")

    class Meta:
        db_table = "sessions"
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at"], name="sessions_by_user"),
            models.Index(fields=["expires_at"], name="sessions_by_expiry"),
            models.Index(fields=["company_id", "-created_at"], name="sessions_by_company"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class RefreshToken(models.Model):
    """A token that renews its session once; only its SHA-256 is known here."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="refresh_tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "refresh_tokens"
        verbose_name = _("refresh token")
        verbose_name_plural = _("refresh tokens")

    def __str__(self) -> str:
        return str(self.pk)


class SignInAttempts(models.Model):
    """Attempts to sign in with one address since the last that succeeded; ``key`` is a hash of it."""

    key = models.CharField(max_length=64, primary_key=True)
    attempts = models.PositiveIntegerField()
    since = models.DateTimeField()

    class Meta:
        db_table = "sign_in_attempts"
        verbose_name = _("sign-in attempts")
        verbose_name_plural = _("sign-in attempts")

    def __str__(self) -> str:
        return self.key


class SigningKey(models.Model):
    """A key pair for access tokens; ``private_pem`` is encrypted with the service's passphrase.

    The newest key whose ``signs_from`` has come signs; a key is published before that, so that every verifier
    can know it. Its successor's ``signs_from`` is its ``retired_at``; it is published until
    ``published_until``, when the last token it signed has expired.
    """

    kid = models.CharField(_("key id"), max_length=43, primary_key=True)
    algorithm = models.CharField(_("algorithm"), max_length=10, choices=KeyAlgorithm)
    private_pem = models.TextField()
    public_jwk = models.JSONField(_("public key"))
    created_at = models.DateTimeField(_("created"), db_default=Now())
    signs_from = models.DateTimeField(_("signs from"), db_default=Now())
    retired_at = models.DateTimeField(_("retired"), null=True)
    published_until = models.DateTimeField(_("published until"), null=True)

    class Meta:
        db_table = "signing_keys"
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True, published_until__isnull=True)
                | Q(retired_at__isnull=False, published_until__isnull=False),
                name="signing_keys_retire_with_a_date",
            ),
            models.UniqueConstraint(
                fields=["retired_at"],
                name="signing_keys_one_is_newest",
                condition=Q(retired_at__isnull=True),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.kid
