"""What rows of services' tables have in common, as abstract models."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class DatedRow(models.Model):
    """A row with a key made by the database, and the times of its first and last writing."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        abstract = True


class CompanyRow(DatedRow):
    """A row that belongs to one company; row-level security shows it to nobody else."""

    company_id = models.UUIDField(_("company"))

    class Meta:
        abstract = True
