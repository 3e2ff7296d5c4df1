"""What other services publish is understood by the company service."""

from common.testing.contracts import ContractRules, sample_envelope
from company_service.companies.tests.factories import CompanyFactory


class TestContracts(ContractRules):
    def prepare(self) -> None:
        """Companies are ours: nobody tells of one that does not exist."""
        CompanyFactory(id=sample_envelope("employee.hired").company_id)
