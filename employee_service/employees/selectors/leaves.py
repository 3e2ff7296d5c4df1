"""Leaves, as far as the reader's right reaches."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet

from common.contracts.rights import LEVELS
from common.security.principal import Principal
from employee_service.employees.choices import LeaveStatus, Lifecycle
from employee_service.employees.models import Employee, Leave
from employee_service.employees.selectors.visibility import records_visible_to

VIEW = "leave_requests:view"
APPROVE = "leave_requests:approve"
_FILTERS = {
    "company_id": "company_id",
    "employee_id": "employee_id",
    "status": "status",
    "type": "leave_type",
    "from_date": "end_date__gte",
    "to_date": "start_date__lte",
}


def leaves_list(person: Principal, filters: Mapping[str, Any]) -> QuerySet[Leave]:
    """The leaves a person may see.

    ``filters`` may narrow by ``company_id``, ``employee_id``, ``status`` and ``type``, to those with a day
    from ``from_date`` to ``to_date``, and by ``waiting_for_me`` (see leaves_waiting_for).
    """
    wanted = {lookup: filters[name] for name, lookup in _FILTERS.items() if name in filters}
    leaves = records_visible_to(Leave.objects.all(), person, VIEW).filter(**wanted)
    return leaves_waiting_for(person, leaves) if filters.get("waiting_for_me") else leaves


def leaves_waiting_for(person: Principal, leaves: QuerySet[Leave]) -> QuerySet[Leave]:
    """Those of ``leaves`` that wait for the person's decision: of their reports.

    Whoever decides for the whole company has those, too, of people without a manager. Nobody has their own.
    """
    if not person.may(APPROVE):
        return leaves.none()
    present = Employee.objects.filter(lifecycle=Lifecycle.CURRENT)
    myself = present.filter(user_id=person.id).values("id")
    reach = Q(employee__in=present.filter(manager__in=myself).values("id"))
    if person.level >= LEVELS["company_manager"]:
        reach |= Q(employee__in=present.filter(manager=None).exclude(user_id=person.id).values("id"))
    return leaves.filter(reach, status=LeaveStatus.PENDING)
