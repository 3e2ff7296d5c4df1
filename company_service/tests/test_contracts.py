"""What this service publishes has the shape of the samples; what it consumes, it accepts."""

from datetime import timedelta
from uuid import UUID

import company_service.companies.consumers  # noqa: F401
from common.contracts.base import catalogue, from_wire, owner_of
from common.days import today
from common.legacy.handing_over import companies_hand_over
from common.messaging.models import EventRecord
from common.testing.contracts import ContractRules
from common.testing.samples import sample_payload
from company_service.companies import services
from company_service.companies.models import Company
from company_service.companies.tests.factories import (
    CompanyFactory,
    DepartmentFactory,
    EntryFactory,
    LicenseFactory,
)

OWN = sorted(name for name in catalogue() if owner_of(name) == "company")


class TestContracts(ContractRules):
    def prepare(self) -> None:
        """A company is known here before anybody can be employed in it."""
        company_id = UUID(str(sample_payload("employee.hired")["company_id"]))
        Company.objects.get_or_create(id=company_id, defaults={"name": "Sample", "name_folded": "sample"})


def test_every_event_of_ours_is_published_in_the_shape_of_its_sample(company: Company) -> None:
    department = DepartmentFactory(company=company)
    services.department_update(department_id=department.id, name="Sales")
    services.department_delete(department_id=department.id)
    EntryFactory(company=company)
    services.headcount_fold()
    ends = [today() + timedelta(days=left) for left in (3, -3)]
    licenses = [LicenseFactory(company=company, expires_on=end) for end in ends]
    services.licenses_announce()
    services.license_withdraw(license_id=licenses[0].id)
    services.company_update(company_id=company.id, name="Pearl and sons", is_active=False)
    companies_hand_over([company.id], by=None)
    services.licenses_take_back([licenses[1].id])
    services.companies_take_back([CompanyFactory.create().id])
    published = dict(EventRecord.objects.values_list("type", "payload"))
    assert sorted(published) == OWN
    for name, payload in published.items():
        assert set(payload) == set(sample_payload(name)), name
        from_wire(catalogue()[name], payload)
