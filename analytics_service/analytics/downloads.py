"""The file of a report on its way out, from the API and from the admin."""

from django.core.files.storage import storages
from django.http import FileResponse

from analytics_service.analytics.files import FILES
from analytics_service.analytics.models import Report


def report_download(report: Report) -> FileResponse:
    """The file of a report that has one, piece by piece, as an attachment named by kind and day."""
    return FileResponse(
        storages["reports"].open(report.file),
        as_attachment=True,
        filename=f"{report.kind}-{report.created_at:%Y-%m-%d}.{report.format}",
        content_type=FILES[report.format].content_type,
    )
