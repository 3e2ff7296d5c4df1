"""What other services publish is understood by the document service."""

from common.testing.contracts import ContractRules


class TestContracts(ContractRules):
    pass
