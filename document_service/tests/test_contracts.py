"""What the document service publishes has the shape of the samples; what others publish is understood here."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from common.contracts.base import catalogue, from_wire, owner_of
from common.messaging.models import EventRecord
from common.security.tenancy import all_companies
from common.testing.contracts import ContractRules
from common.testing.samples import sample_payload
from document_service.documents.services.notices import documents_announce
from document_service.documents.tests.conftest import as_role, folder, manager  # noqa: F401 - fixtures
from document_service.documents.tests.files import content_of, send_version, sent

OWN = sorted(name for name in catalogue() if owner_of(name) == "document")
END = date(2027, 3, 1)


class TestContracts(ContractRules):
    pass


@pytest.mark.django_db
def test_every_event_of_ours_is_published_in_the_shape_of_its_sample(
    manager: Any,  # noqa: F811
    company_id: UUID,
) -> None:
    document = sent(manager, expires_on=str(END))
    send_version(manager, document["id"])
    content_of(manager.get(document["file_path"]))
    documents_announce(END)
    documents_announce(date(2027, 3, 2))
    manager.delete(f"/documents/{document['id']}")
    with all_companies("test"):
        published = dict(EventRecord.objects.values_list("type", "payload"))
    assert sorted(published) == OWN
    for name, payload in published.items():
        assert set(payload) == set(sample_payload(name)), name
        from_wire(catalogue()[name], payload)
