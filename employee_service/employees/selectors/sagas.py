"""Hires under way, as the people of the company see them."""

from uuid import UUID

from common.errors import NotFoundError
from common.sagas.models import SagaInstance
from common.security.principal import Principal


def saga_get(person: Principal, saga_id: UUID) -> SagaInstance:
    """A saga of the person's company (of any, for a super administrator); else raises NotFoundError."""
    saga = SagaInstance.objects.filter(id=saga_id).first()
    if saga is None or not (person.all_companies or saga.company_id == person.company_id):
        raise NotFoundError
    return saga
