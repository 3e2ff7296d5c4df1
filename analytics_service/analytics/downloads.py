"""The file of a report on its way out, from the API and from the admin."""

from django.core.files.storage import storages
from django.http import FileResponse, HttpRequest

from analytics_service.analytics.files import FILES
from analytics_service.analytics.models import Report
from common.privacy.accesses import access_note
from common.privacy.choices import AccessAction, Door
from common.security.principal import Principal


def report_download(
    report: Report, *, request: HttpRequest, person: Principal, door: Door = Door.API
) -> FileResponse:
    """The file of a report that has one, piece by piece, as an attachment named by kind and day; that is noted."""
    access_note(request, person, action=AccessAction.EXPORTED, company_id=report.company_id, door=door)
    return FileResponse(
        storages["reports"].open(report.file),
        as_attachment=True,
        filename=f"{report.kind}-{report.created_at:%Y-%m-%d}.{report.format}",
        content_type=FILES[report.format].content_type,
    )
