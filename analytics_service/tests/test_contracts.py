"""What this service publishes has the shape of its sample; what others publish, it understands."""

from pathlib import Path
from uuid import uuid4

import pytest

from analytics_service.analytics.services.report_runs import reports_write
from analytics_service.analytics.tests.factories import ReportFactory
from common.contracts.base import catalogue, from_wire, owner_of
from common.messaging.models import EventRecord
from common.security.tenancy import company_scope
from common.testing.contracts import ContractRules
from common.testing.samples import sample_payload

OWN = [name for name in catalogue() if owner_of(name) == "analytics"]


class TestContracts(ContractRules):
    pass


@pytest.mark.django_db
def test_every_event_of_ours_is_published_in_the_shape_of_its_sample(report_folder: Path) -> None:
    with company_scope(company_id := uuid4()):
        ReportFactory(company_id=company_id, parameters={"as_of": "2026-11-22"})
    reports_write()
    with company_scope(company_id):
        published = dict(EventRecord.objects.values_list("type", "payload"))
    assert sorted(published) == OWN
    for name, payload in published.items():
        assert set(payload) == set(sample_payload(name)), name
        from_wire(catalogue()[name], payload)
