"""Which plan this process's service has for the old file."""

from collections.abc import Callable
from inspect import signature
from pathlib import Path

from django.conf import settings
from django.utils.module_loading import import_string

from common.legacy.errors import NothingTakenError
from common.legacy.facts import Facts
from common.legacy.plan import Plan

# From the facts of the file, and, for a plan with the parameter ``uploads``, the folder of uploaded files.
PlanOf = Callable[..., Plan]


def service_plan() -> PlanOf:
    """The plan that the service's settings name; raises NothingTakenError when there is none."""
    service = settings.SERVICE
    if not service.legacy:
        raise NothingTakenError(
            f"The {service.name} service takes nothing from the old file: it is filled by the others' events."
        )
    found: PlanOf = import_string(service.legacy)
    return found


def make_plan(plan_of: PlanOf, facts: Facts, uploads: Path | None = None) -> Plan:
    """What the service takes from the file with these facts; ``uploads`` goes to a plan that asks for it."""
    if "uploads" in signature(plan_of).parameters:
        return plan_of(facts, uploads=uploads)
    return plan_of(facts)
