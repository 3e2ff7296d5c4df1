"""What every row of a company has."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class CompanyRow(models.Model):
    """A row that belongs to one company; row-level security shows it to nobody else."""

    id = models.UUIDField(primary_key=True, db_default=RandomUUID(), editable=False)
    company_id = models.UUIDField(_("company"))
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated"), db_default=Now(), auto_now=True)

    class Meta:
        abstract = True
