"""What this service takes from the old application's file: accounts, places in companies, and their roles.

Rules: an account without a usable address gets one that receives nothing, and is inactive. Passwords of
bcrypt keep working; others cannot be used. Rights beyond the role are not carried but listed for HR.
"""

from auth_service.users.legacy.accounts import employees_plan, users_plan
from auth_service.users.legacy.places import places_plan
from auth_service.users.legacy.roles import roles_plan
from common.legacy.facts import Facts
from common.legacy.plan import Plan


def plan(facts: Facts) -> Plan:
    """The tables in the order in which they come in."""
    return (roles_plan(facts), users_plan(facts), places_plan(facts), employees_plan(facts))
