"""The closed lists of values in this app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestKind(models.TextChoices):
    """What is asked for."""

    EXPORT = "export", _("export of all data")
    ERASURE = "erasure", _("erasure")
    RETENTION = "retention", _("erasure after the time of keeping")


class RequestState(models.TextChoices):
    """How far a request has come. A ready package is waiting to be downloaded, once."""

    RUNNING = "running", _("under way")
    READY = "ready", _("ready")
    DOWNLOADED = "downloaded", _("downloaded")
    EXPIRED = "expired", _("not downloaded in time")
    DONE = "done", _("done")
