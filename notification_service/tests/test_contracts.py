"""What other services publish is understood by the notification service."""

from common.testing.contracts import ContractRules


class TestContracts(ContractRules):
    pass
