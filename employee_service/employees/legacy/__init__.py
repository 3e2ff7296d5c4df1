"""What this service takes from the old application's file."""

from common.legacy.facts import Facts
from common.legacy.plan import Plan
from employee_service.employees.legacy.deductions import deductions
from employee_service.employees.legacy.employees import employees
from employee_service.employees.legacy.leaves import leaves
from employee_service.employees.legacy.violations import violations


def plan(facts: Facts) -> Plan:
    """The tables in the order in which they come: records belong to employees."""
    return (employees(facts), leaves(facts), deductions(facts), violations(facts))
