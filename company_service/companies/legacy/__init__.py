"""What this service takes from the old application's file: companies, departments and licences.

Rules: an unreadable optional value does not hold a company back but is listed for HR with the old value.
The stored numbers of employees and licences are wrong and left behind: people are counted by their events.
"""

from common.legacy.facts import Facts
from common.legacy.plan import Plan
from company_service.companies.legacy.companies import companies_plan
from company_service.companies.legacy.departments import departments_plan
from company_service.companies.legacy.licenses import licenses_plan


def plan(facts: Facts) -> Plan:
    """The tables in the order in which they come in."""
    return (companies_plan(facts), departments_plan(facts), licenses_plan(facts))
