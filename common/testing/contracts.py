"""Rules of the published language that every service keeps; each service's tests inherit them."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from common.contracts.base import owner_of
from common.messaging.consumers import registry
from common.messaging.dispatch import dispatch
from common.messaging.envelopes import Envelope
from common.security.tenancy import all_companies
from common.testing.samples import sample_payload


@pytest.mark.django_db
class ContractRules:
    """Inherit as ``TestContracts``."""

    def prepare(self) -> None:
        """Make what must be there before others can tell of it; called in all companies. Mostly nothing."""

    def test_the_samples_of_what_this_service_consumes_are_accepted(self) -> None:
        """With nothing in the database: an event may tell of something that was never heard of here."""
        consumed = {*registry.singles, *registry.batches}
        assert consumed, "Every service listens at least for the end of sessions."
        with all_companies("as the inbox runs"):
            self.prepare()
            for position, name in enumerate(sorted(consumed), start=1):
                dispatch(registry, owner_of(name), [sample_envelope(name, position)])

    def test_the_samples_are_accepted_twice_and_in_one_batch(self) -> None:
        """A feed that is read anew must change nothing that matters, and must not fail."""
        consumed = sorted({*registry.singles, *registry.batches})
        with all_companies("as the inbox runs"):
            self.prepare()
            for owner in {owner_of(name) for name in consumed}:
                names = [name for name in consumed if owner_of(name) == owner]
                batch = [sample_envelope(name, position) for position, name in enumerate(names, start=1)]
                dispatch(registry, owner, batch)
                dispatch(registry, owner, batch)


def sample_envelope(name: str, position: int = 1) -> Envelope:
    """The sample of the event ``name`` as it arrives, in the company that it names itself, if it does."""
    payload = sample_payload(name)
    company_id = payload.get("company_id")
    return Envelope(
        id=uuid4(),
        type=name,
        position=position,
        aggregate_id=uuid4(),
        version=1,
        company_id=UUID(str(company_id)) if company_id else None,
        occurred_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        payload=payload,
    )
