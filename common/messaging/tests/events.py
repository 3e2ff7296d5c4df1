"""Material for the tests of the messaging."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from common.contracts.base import to_wire
from common.contracts.company import CompanyUpdated
from common.messaging.consumers import Registry
from common.messaging.envelopes import Batch, Envelope, EventMeta
from common.messaging.models import Subscriber
from common.messaging.services import publish
from common.security.tenancy import all_companies

EPOCH = UUID(int=7)
TYPE = "company.updated"


def envelope(
    position: int, *, aggregate: UUID | None = None, name: str = "Gulf Union", **fields: Any
) -> Envelope:
    """One event of the company service at ``position``."""
    company = aggregate or uuid4()
    event = CompanyUpdated(company_id=company, name=name)
    defaults: dict[str, Any] = {
        "id": UUID(int=position),
        "type": TYPE,
        "position": position,
        "aggregate_id": company,
        "version": 1,
        "company_id": company,
        "occurred_at": datetime.now(UTC),
        "payload": to_wire(event),
    }
    return Envelope(**{**defaults, **fields})


def batch(after: int, *envelopes: Envelope, upto: int | None = None, epoch: UUID = EPOCH) -> Batch:
    """A batch that continues ``after``."""
    last = upto if upto is not None else max([after, *(item.position for item in envelopes)])
    return Batch(producer="company", epoch=epoch, after=after, upto=last, events=list(envelopes))


def recording_registry(broken: Sequence[str] = ()) -> Registry:
    """A consumer that leaves one row an event, and so cannot apply one twice; it raises for names in ``broken``."""

    def record(event: CompanyUpdated, meta: EventMeta) -> None:
        if event.name in broken:
            raise ValueError(f"cannot apply {event.name}")
        Subscriber.objects.create(name=f"effect {meta.position}", types=[], epoch=meta.id)

    return Registry(singles={TYPE: [record]})


def effects() -> list[int]:
    """The positions whose effect is there, in the order of positions."""
    names = Subscriber.objects.filter(name__startswith="effect ").values_list("name", flat=True)
    return sorted(int(name.split()[1]) for name in names)


def write_event(company: UUID | None = None) -> None:
    """Commit one event of this (the employee) service."""
    from common.contracts.employee import EmployeeArchived

    company = company or uuid4()
    with all_companies("test"):
        publish(
            EmployeeArchived(employee_id=uuid4(), company_id=company),
            aggregate_id=company,
            company_id=company,
        )
