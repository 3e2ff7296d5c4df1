"""What other services publish is understood by the analytics service."""

from common.testing.contracts import ContractRules


class TestContracts(ContractRules):
    pass
