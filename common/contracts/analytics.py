"""Published language of the analytics service."""

from uuid import UUID

from common.contracts.base import Event, event


@event("report.generated", owner="analytics")
class ReportGenerated(Event):
    """A report is ready."""

    report_id: UUID
    company_id: UUID
    kind: str
