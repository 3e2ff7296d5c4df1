"""What the events of one batch need to know from other services, read with a few statements for all of them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from common.contracts.base import Event
from common.reference.models import CompanyRef, DepartmentRef, EmployeeRef, UserRef
from notification_service.notifications.defaults import DEFAULT_CHANNELS, WORDINGS
from notification_service.notifications.models import Membership, Preference, Template
from notification_service.notifications.rules import RULES_BY_TEMPLATE, Rule, To, rules_of
from notification_service.notifications.services.people import preference_default, preferences_of
from notification_service.notifications.services.templates import templates_sync
from notification_service.notifications.services.wording import NOTHING, Words

MANAGER = "company_manager"
SUPER_ADMIN = "super_admin"
PATIENCE = timedelta(minutes=10)
"""How long a notice to a company's managers waits for one before it goes to the group's administrators."""


class NotYetKnownError(Exception):
    """Another service has not told yet; the feeds of two services know no common order."""


class KnownFacts:
    """Names, recipients, templates and preferences for a batch of events; in a scope of all companies."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.heard_for = timedelta(0)
        companies = _ids(events, "company_id")
        self._companies = CompanyRef.objects.in_bulk(companies)
        self._employees = EmployeeRef.objects.in_bulk(_ids(events, "employee_id"))
        self._departments = DepartmentRef.objects.in_bulk(
            _ids(events, "from_department_id") | _ids(events, "to_department_id")
        )
        self._managers, self._administrators = _managers(companies)
        self._templates = _templates(companies, {rule.name for event in events for rule in rules_of(event)})
        people = {
            user_id
            for user_ids in (
                *(_ids(events, to.value) for to in (To.PERSON, To.REQUESTER, To.APPROVER)),
                {row.user_id for row in self._employees.values()},
                *self._managers.values(),
                self._administrators,
            )
            for user_id in user_ids
        }
        self._preferences = preferences_of(people)

    def company(self, company_id: UUID) -> Words:
        """The company's name; raises NotYetKnownError."""
        row = self._companies.get(company_id)
        if row is None:
            raise NotYetKnownError(f"company {company_id}")
        return Words(row.name_ar or row.name, row.name)

    def employee(self, employee_id: UUID | None) -> Words:
        """The employee's name, a dash for nobody; raises NotYetKnownError."""
        if employee_id is None:
            return Words(NOTHING, NOTHING)
        row = self._employee(employee_id)
        latin = row.full_name_en or f"{row.first_name} {row.last_name}".strip()
        return Words(row.full_name_ar or latin, latin or row.full_name_ar)

    def department(self, department_id: UUID | None) -> Words:
        """The department's name, a dash for none; raises NotYetKnownError."""
        if department_id is None:
            return Words(NOTHING, NOTHING)
        row = self._departments.get(department_id)
        if row is None:
            raise NotYetKnownError(f"department {department_id}")
        return Words(row.name_ar or row.name, row.name)

    def recipients(self, rule: Rule, event: Event) -> list[UUID]:
        """The accounts that a notice of ``rule`` is for; raises NotYetKnownError."""
        besides = getattr(event, rule.not_to) if rule.not_to else None
        found = [user_id for user_id in self._recipients(rule.to, event) if user_id != besides]
        if rule.to is To.APPROVER and not found:
            # A company's only manager asks: nobody decides on what is their own.
            return [user_id for user_id in self._administrators if user_id != besides]
        return found

    def preference(self, user_id: UUID) -> Preference:
        """How the person wants to be told."""
        return self._preferences.get(user_id) or preference_default(user_id)

    def templates(self, event: Event, name: str) -> list[Template]:
        """The company's templates in use that word a kind of notice, one a channel."""
        return self._templates[getattr(event, To.MANAGERS.value), name]

    def template_names(self) -> dict[UUID, str]:
        """The names of all templates of the batch by id."""
        return {template.pk: template.name for each in self._templates.values() for template in each}

    def _recipients(self, to: To, event: Any) -> Collection[UUID]:
        if to is To.MANAGERS:
            return self._managers_of(event.company_id)
        named: UUID | None = getattr(event, to.value)
        if to is To.APPROVER:
            return [named] if named is not None else self._managers_of(event.company_id)
        if named is None:
            return []
        return [self._employee(named).user_id if to is To.EMPLOYEE else named]

    def _managers_of(self, company_id: UUID) -> Collection[UUID]:
        managers = self._managers.get(company_id)
        if managers is None and self.heard_for > PATIENCE:
            managers = self._administrators
        if not managers:
            raise NotYetKnownError(f"manager of {company_id}")
        return managers

    def _employee(self, employee_id: UUID) -> EmployeeRef:
        row = self._employees.get(employee_id)
        if row is None:
            raise NotYetKnownError(f"employee {employee_id}")
        return row


def _ids(events: Sequence[Event], name: str) -> set[UUID]:
    found = {getattr(event, name, None) for event in events}
    return {each for each in found if each is not None}


def _managers(companies: Collection[UUID]) -> tuple[dict[UUID, list[UUID]], list[UUID]]:
    """Who manages each of the companies, and who serves all; only people whose account works."""
    rows = [
        *Membership.objects.filter(company_id__in=companies, role=MANAGER),
        *Membership.objects.filter(company_id=None, role=SUPER_ADMIN),
    ]
    people = {row.user_id for row in rows}
    left = set(UserRef.objects.filter(pk__in=people, is_active=False).values_list("user_id", flat=True))
    managers: dict[UUID, list[UUID]] = defaultdict(list)
    administrators: list[UUID] = []
    for row in rows:
        if row.user_id in left:
            continue
        (administrators if row.company_id is None else managers[row.company_id]).append(row.user_id)
    return dict(managers), administrators


def _templates(companies: Collection[UUID], names: Collection[str]) -> dict[tuple[UUID, str], list[Template]]:
    """The templates in use by company and name. A company that lacks one of the system's gets it first."""
    found = _read(companies, names)
    lacking = {
        company_id
        for company_id in companies
        for name in names
        if len({t.type for t in found[company_id, name]} & set(DEFAULT_CHANNELS)) < len(DEFAULT_CHANNELS)
    }
    if lacking:
        templates_sync(lacking)
        found = _read(companies, names)
    return defaultdict(list, {key: [t for t in templates if t.is_active] for key, templates in found.items()})


def _read(companies: Collection[UUID], names: Collection[str]) -> dict[tuple[UUID, str], list[Template]]:
    known = set(names) & WORDINGS.keys() & RULES_BY_TEMPLATE.keys()
    found: dict[tuple[UUID, str], list[Template]] = defaultdict(list)
    for template in Template.objects.filter(company_id__in=companies, name__in=known).order_by("type"):
        found[template.company_id, template.name].append(template)
    return found
