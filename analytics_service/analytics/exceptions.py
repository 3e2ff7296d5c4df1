"""Refusals of the analytics service."""

from django.utils.translation import gettext_lazy as _

from common.errors import NotFoundError


class ReportNotFoundError(NotFoundError):
    """No such report, or not one of the reader's company."""

    code = "REPORT_NOT_FOUND"
    default_message = _("There is no such report.")
