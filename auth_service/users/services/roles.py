"""Roles of companies, and who has them."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from auth_service.users.access import Access
from auth_service.users.choices import RoleName
from auth_service.users.exceptions import LastAdministratorError, OwnAccountError, UnknownRoleError
from auth_service.users.models import Membership, Role, Session
from auth_service.users.services.changes import user_change, user_lock
from auth_service.users.services.sessions import sessions_revoke
from common.contracts.auth import RoleAssigned, RoleRevoked
from common.contracts.rights import COMPANY_ROLES, LEVELS, ROLE_PERMISSIONS
from common.errors import PermissionDeniedError
from common.messaging.services import publish
from common.security.tenancy import all_companies

# A person's other companies count for what may be done to the account as a whole.
OTHER_COMPANIES = "roles: whether the person has others elsewhere"


def company_roles_create(company_ids: Iterable[UUID]) -> None:
    """Give companies the four default roles with their permissions; those that exist are left as they are."""
    companies = sorted(set(company_ids))
    if not companies:
        return
    with all_companies("default roles of new companies"):
        known = set(
            Role.objects.filter(company_id__in=companies, name__in=COMPANY_ROLES).values_list(
                "company_id", "name"
            )
        )
        Role.objects.bulk_create(
            [
                Role(company_id=company, name=name, level=LEVELS[name], description=str(RoleName(name).label))
                for company in companies
                for name in COMPANY_ROLES
                if (company, name) not in known
            ],
            ignore_conflicts=True,
        )
        # Read back instead of trusting what was sent: somebody else may have made them meanwhile.
        made = Role.objects.filter(company_id__in=companies, grants=None, name__in=COMPANY_ROLES)
        _grant_defaults(made)


def company_roles_forget(company_ids: Collection[UUID]) -> None:
    """Delete the roles of companies that are gone, but for those that somebody still has."""
    if company_ids:
        with all_companies("roles of companies that are gone"):
            Role.objects.filter(company_id__in=company_ids, memberships=None).delete()


def _grant_defaults(roles: Iterable[Role]) -> None:
    """With one statement: an import makes hundreds of companies at once, with forty rights each."""
    made = [(role.pk, role.name) for role in roles]
    grants = [(name, code) for name in {name for _id, name in made} for code in ROLE_PERMISSIONS[name]]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO role_permissions (role_id, permission_id) SELECT r.id, p.id"
            " FROM unnest(%s::uuid[], %s::text[]) AS r(id, name)"
            " JOIN unnest(%s::text[], %s::text[]) AS g(name, code) ON g.name = r.name"
            " JOIN permissions p ON p.code = g.code ORDER BY r.id, p.code ON CONFLICT DO NOTHING",
            [
                [role_id for role_id, _name in made],
                [name for _id, name in made],
                [name for name, _code in grants],
                [code for _name, code in grants],
            ],
        )


def role_assign(*, user_id: UUID, role: str, company_id: UUID | None, by: Access | None = None) -> Membership:
    """Give a person the role in the company (super_admin: in all), in place of the one they had there.

    ``by`` is whoever asks; nobody gives or takes a role above their own, gives rights they do not have, or
    changes their own role; None is the system. A role with less rights ends the person's sessions in that
    company. Raises UnknownRoleError, PermissionDeniedError, OwnAccountError and NotFoundError.
    """
    with all_companies(OTHER_COMPANIES):
        # Locked, so that the role is not deleted or given more rights before this ends.
        wanted = Role.objects.select_for_update(no_key=True).filter(company_id=company_id, name=role).first()
        if wanted is None:
            raise UnknownRoleError(details={"role": role})
        user_lock(user_id)
        former = (
            Membership.objects.select_related("role").filter(user_id=user_id, company_id=company_id).first()
        )
        held = former if former is not None and former.is_active else None
        require_authority(by, company_id, [wanted.level, held.role.level if held else 0])
        if held is not None and held.role_id == wanted.id:
            return held
        require_another_person(by, user_id)
        require_held(by, wanted.permissions.values_list("code", flat=True))
        user = user_change(user_id)
        if held is not None:
            _publish_revoked(held, user.version)
        membership, _ = Membership.objects.update_or_create(
            user_id=user_id,
            company_id=company_id,
            # A value and not Now(): the row is shown to whoever asked.
            defaults={"role": wanted, "is_active": True, "updated_at": timezone.now()},
        )
        publish(
            RoleAssigned(user_id=user_id, role=role, company_id=company_id),
            aggregate_id=user_id,
            company_id=company_id,
            version=user.version,
        )
        if held is not None and _is_less(wanted, than=held.role):
            sessions_revoke(
                Session.objects.filter(user_id=user_id, company_id=company_id), reason="role_changed"
            )
        return membership


def _is_less(role: Role, *, than: Role) -> bool:
    """Whether a role stands lower than another, or lacks one of its permissions."""
    codes = set(role.permissions.values_list("code", flat=True))
    return role.level < than.level or bool(set(than.permissions.values_list("code", flat=True)) - codes)


def role_revoke(*, user_id: UUID, company_id: UUID | None, reason: str, by: Access | None = None) -> bool:
    """Take a person's role in a company and end their sessions there; False when they had none.

    Raises PermissionDeniedError, OwnAccountError, and LastAdministratorError instead of leaving the system
    without one.
    """
    with all_companies(OTHER_COMPANIES):
        held = Membership.objects.select_related("role").filter(user_id=user_id, company_id=company_id)
        membership = held.filter(is_active=True).first()
        if membership is None:
            return False
        require_authority(by, company_id, [membership.role.level])
        require_another_person(by, user_id)
        if company_id is None:
            require_another_administrator([user_id])
        user = user_change(user_id)
        Membership.objects.filter(pk=membership.pk).update(is_active=False, updated_at=Now())
        _publish_revoked(membership, user.version)
        sessions_revoke(Session.objects.filter(user_id=user_id, company_id=company_id), reason=reason)
        return True


def require_authority(by: Access | None, company_id: UUID | None, levels: Collection[int]) -> None:
    """Raise PermissionDeniedError unless ``by`` stands in the company at or above every one of ``levels``."""
    if by is None or by.all_companies:
        return
    if company_id is None or by.company_id != company_id or by.level < max(levels, default=0):
        raise PermissionDeniedError()


def require_held(by: Access | None, codes: Iterable[str]) -> None:
    """Raise PermissionDeniedError unless ``by`` has every one of ``codes``: nobody grants what they lack."""
    if by is None or by.all_companies:
        return
    lacking = sorted(set(codes) - by.permissions)
    if lacking:
        raise PermissionDeniedError(details={"permissions": lacking})


def require_another_person(by: Access | None, user_id: UUID) -> None:
    """Raise OwnAccountError when ``by`` is the person concerned."""
    if by is not None and by.user_id == user_id:
        raise OwnAccountError()


def require_another_administrator(leaving: Collection[UUID]) -> None:
    """Raise LastAdministratorError when nobody outside ``leaving`` is an active super administrator."""
    with connection.cursor() as cursor:
        # Two administrators who dismiss each other at the same time come here one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('administrators'))")
    others = Membership.objects.filter(company_id=None, is_active=True, user__is_active=True)
    if not others.exclude(user_id__in=leaving).exists():
        raise LastAdministratorError()


def _publish_revoked(membership: Membership, version: int) -> None:
    publish(
        RoleRevoked(user_id=membership.user_id, role=membership.role.name, company_id=membership.company_id),
        aggregate_id=membership.user_id,
        company_id=membership.company_id,
        version=version,
    )
