"""This service's part of a hire and of an exit, for any number of people with a handful of statements."""

from collections.abc import Collection, Sequence
from uuid import UUID, uuid4

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from auth_service.users.exceptions import (
    EmailTakenError,
    RolesNotReadyError,
    UnknownRoleError,
    UnknownUserError,
)
from auth_service.users.models import Membership, Role, Session, User
from auth_service.users.models.people import email_normalised, name_columns
from auth_service.users.services.changes import user_change, user_lock, user_updated
from auth_service.users.services.roles import role_revoke
from auth_service.users.services.users import user_shut_out
from common.contracts.auth import CreateUser, RoleAssigned, RoleRevoked, UserCreated, UserDeleted
from common.contracts.base import Event
from common.contracts.rights import COMPANY_ROLES
from common.errors import NotFoundError
from common.messaging.services import publish_many
from common.sagas.outcomes import Call, Outcome
from common.security.tenancy import all_companies

Calls = Sequence[Call[CreateUser]]
Place = tuple[UUID, str]


def users_create_for_hires(calls: Calls) -> list[Outcome]:
    """Make an inactive account with a role for each hire, or take the account it names; in their order.

    Refused: an address that is taken (by anybody, or by an earlier call), an unknown role, an account to
    adopt that is not active in the company. Failed, to be tried again: a company without its roles yet.
    """
    roles = _roles(calls)
    taken = set(
        User.objects.filter(email__in=[_address(call) for call in calls if not _adopts(call)]).values_list(
            "email", flat=True
        )
    )
    adoptable = _adoptable(calls)
    made: list[tuple[Call[CreateUser], Role]] = []
    outcomes: list[Outcome] = []
    for call in calls:
        command = call.command
        role = roles.get((call.company_id, command.role))
        if _adopts(call):
            known = (command.existing_user_id, call.company_id) in adoptable
            outcomes.append(_adopted(call) if known else Outcome.refused(UnknownUserError()))
        elif command.role not in COMPANY_ROLES:
            outcomes.append(Outcome.refused(UnknownRoleError(details={"role": command.role})))
        elif _address(call) in taken:
            outcomes.append(Outcome.refused(EmailTakenError(details={"email": command.email})))
        elif role is None:
            outcomes.append(Outcome.failed(RolesNotReadyError(f"company {call.company_id} has no roles yet")))
        else:
            taken.add(_address(call))
            made.append((call, role))
            outcomes.append(Outcome.done({"user_id": str(command.user_id), "adopted": False}))
    _insert(made)
    return outcomes


def _adopts(call: Call[CreateUser]) -> bool:
    return call.command.existing_user_id is not None


def _address(call: Call[CreateUser]) -> str:
    return email_normalised(call.command.email)


def _adopted(call: Call[CreateUser]) -> Outcome:
    return Outcome.done({"user_id": str(call.command.existing_user_id), "adopted": True})


def _roles(calls: Calls) -> dict[Place, Role]:
    companies = {call.company_id for call in calls}
    return {
        (role.company_id, role.name): role
        for role in Role.objects.filter(company_id__in=companies, name__in=COMPANY_ROLES)
        if role.company_id is not None
    }


def _adoptable(calls: Calls) -> set[tuple[UUID | None, UUID | None]]:
    named = [user_id for call in calls if (user_id := call.command.existing_user_id) is not None]
    if not named:
        return set()
    places = Membership.objects.filter(user_id__in=named, is_active=True)
    return set(places.values_list("user_id", "company_id"))


def _insert(made: Sequence[tuple[Call[CreateUser], Role]]) -> None:
    # Keys and times not by the database's defaults: without them, Django sends many rows as a few arrays.
    now = timezone.now()
    User.objects.bulk_create(
        [
            User(
                id=call.command.user_id,
                email=_address(call),
                **name_columns(call.command.first_name, call.command.last_name),
                is_active=False,
                # Unusable: no hash is computed. The person sets one by a mail once they are hired.
                password=make_password(None),
                created_at=now,
                updated_at=now,
            )
            for call, _role in made
        ]
    )
    Membership.objects.bulk_create(
        [
            Membership(
                id=uuid4(),
                user_id=call.command.user_id,
                company_id=call.company_id,
                role=role,
                created_at=now,
                updated_at=now,
            )
            for call, role in made
        ]
    )
    events: list[tuple[Event, UUID, UUID | None, int]] = []
    for call, role in made:
        command, company_id = call.command, call.company_id
        created = UserCreated(
            user_id=command.user_id,
            email=_address(call),
            first_name=command.first_name,
            last_name=command.last_name,
            is_active=False,
            company_ids=[company_id],
        )
        assigned = RoleAssigned(user_id=command.user_id, role=role.name, company_id=company_id)
        events += [(event, command.user_id, company_id, 1) for event in (created, assigned)]
    publish_many(events)


def users_rollback_hires(calls: Calls) -> list[Outcome]:
    """Undo :func:`users_create_for_hires`: delete the accounts it made, leave those it adopted alone.

    An account that meanwhile got a role in another company stays, and only loses the one the hire gave it.
    """
    places = [
        (UUID(call.done["user_id"]), call.company_id)
        for call in calls
        if call.done is not None and not call.done["adopted"]
    ]
    user_ids = [user_id for user_id, _company in places]
    # Locked in one order before anything goes, so that a role given at the same time is seen or waits.
    versions = dict(
        User.objects.select_for_update().filter(pk__in=user_ids).order_by("pk").values_list("pk", "version")
    )
    memberships = Membership.objects.filter(user_id__in=user_ids)
    given = {
        (row.user_id, row.company_id): row
        for row in memberships.select_related("role")
        if (row.user_id, row.company_id) in places
    }
    Membership.objects.filter(pk__in=[row.pk for row in given.values()]).delete()
    kept = set(memberships.values_list("user_id", flat=True))
    gone = [user_id for user_id in versions if user_id not in kept]
    Session.objects.filter(user_id__in=gone).delete()
    # Not by Django's collector, which would want to delete what they did in the admin: that log only grows.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM users WHERE id = ANY(%s)", [gone])
    User.objects.filter(pk__in=kept).update(version=F("version") + 1, updated_at=Now())
    events: list[tuple[Event, UUID, UUID | None, int]] = []
    for (user_id, company_id), row in given.items():
        event: Event = (
            RoleRevoked(user_id=user_id, role=row.role.name, company_id=company_id)
            if user_id in kept
            else UserDeleted(user_id=user_id)
        )
        events.append((event, user_id, company_id, versions[user_id] + 1))
    publish_many(events)
    return [Outcome.done() for _call in calls]


def users_activate_hired(user_ids: Collection[UUID]) -> int:
    """Switch on the accounts of people whose hire is complete; returns how many were off."""
    hired = User.objects.filter(pk__in=user_ids, is_active=False)
    locked = list(hired.order_by("pk").select_for_update().values_list("pk", flat=True))
    User.objects.filter(pk__in=locked).update(is_active=True, version=F("version") + 1, updated_at=Now())
    publish_many(
        [(user_updated(user), user.id, None, user.version) for user in User.objects.filter(pk__in=locked)]
    )
    return len(locked)


def user_leave_company(*, user_id: UUID, company_id: UUID, reason: str) -> None:
    """End a person's access to a company, and the account itself when it belongs nowhere else.

    Somebody without an account, or without a role there, needs nothing.
    """
    with all_companies("exit: the account goes off when it belongs to no other company"):
        try:
            user = user_lock(user_id)
        except NotFoundError:
            return
        role_revoke(user_id=user_id, company_id=company_id, reason=reason)
        elsewhere = Membership.objects.filter(user_id=user_id, is_active=True).exists()
        if user.is_active and not elsewhere:
            user_shut_out(user_change(user_id, is_active=False), reason=reason)
