"""Published language of the analytics service."""

from uuid import UUID

from common.contracts.base import Event, event


@event("report.generated", owner="analytics")
class ReportGenerated(Event):
    """A report that somebody asked for can be downloaded."""

    report_id: UUID
    company_id: UUID
    requested_by: UUID
    kind: str
    rows: int
