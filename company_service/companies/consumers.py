"""What the company service does with the events of others."""

from collections.abc import Sequence

from common.contracts.employee import EmployeeHired, EmployeeRemoved, EmployeeTerminated, EmployeeTransferred
from common.messaging.consumers import Received, consumes_many
from company_service.companies import services


@consumes_many(EmployeeHired, EmployeeTerminated, EmployeeTransferred, EmployeeRemoved)
def count_people(received: Sequence[Received]) -> None:
    """Keep the headcount, whoever hired or let go."""
    services.headcount_count_events(received)
