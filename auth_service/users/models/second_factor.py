"""What somebody signs in with beside their password."""

from uuid import uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from auth_service.users.models.people import User
from common.security.encryption.fields import EncryptedTextField


class SecondFactor(models.Model):
    """A person's device that shows codes by the clock (RFC 6238); it counts from when it was confirmed.

    ``last_step`` is the half minute of the last code that was taken: no code is taken twice.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.OneToOneField(
        User, on_delete=models.CASCADE, verbose_name=_("user"), related_name="second_factor"
    )
    secret = EncryptedTextField(_("secret"), max_length=64)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    last_step = models.BigIntegerField(_("last code"), default=0)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        db_table = "second_factors"
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.pk)


class RecoveryCode(models.Model):
    """Signs a person in once when the device is lost; only its SHA-256 is known here."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "recovery_codes"
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(fields=["user", "code_hash"], name="recovery_codes_are_different")
        ]

    def __str__(self) -> str:
        return str(self.pk)
