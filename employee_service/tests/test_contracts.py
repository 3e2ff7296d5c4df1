"""What other services publish is understood by the employee service."""

from common.testing.contracts import ContractRules


class TestContracts(ContractRules):
    pass
