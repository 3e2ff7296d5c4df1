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


class LeftOut(models.TextChoices):
    """Why a file that a package names is not in it."""

    TOO_LARGE = "too_large", _("The package would have become too large with it.")
    GONE = "gone", _("The file is not there any more.")
    NOT_SAFE = "not_safe", _("The file was not found to be safe.")
    NO_ANSWER = "no_answer", _("The document service did not give it. Ask for the data again.")
