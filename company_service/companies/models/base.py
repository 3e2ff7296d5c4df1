"""What every row of this service has."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Row(models.Model):
    """A key made by the database, and when the row was made and last changed.

    Services set ``updated_at``; an import keeps the old system's.
    """

    id = models.UUIDField(_("id"), primary_key=True, db_default=RandomUUID(), editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("changed"), db_default=Now(), editable=False)

    class Meta:
        abstract = True
