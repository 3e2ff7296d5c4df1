"""What the API itself remembers: answers given under an idempotency key."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework.utils.encoders import JSONEncoder

from common.security.encryption.json_field import EncryptedJSONField


class IdempotencyKey(models.Model):
    """A person's request under a key of theirs, and the answer it got.

    Answers show pay and papers, so ``body`` is sealed, and ``body_hash`` tells nothing to who does not have this
    service's keys. ``status`` and ``body`` are empty while the request is under way (``saga_id`` says where to
    look).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company_id = models.UUIDField(_("company"), null=True, blank=True)
    user_id = models.UUIDField(_("person"))
    key = models.CharField(_("key"), max_length=200)
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=2000)
    body_hash = models.CharField(_("hash of the body"), max_length=64)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    body = EncryptedJSONField(_("answer"), null=True, blank=True, encoder=JSONEncoder)
    saga_id = models.UUIDField(_("saga"), null=True, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        db_table = "idempotency_keys"
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(
                fields=["user_id", "key"], name="idempotency_keys_are_used_once_by_a_person"
            )
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_keys_by_age")]

    def __str__(self) -> str:
        return self.key
