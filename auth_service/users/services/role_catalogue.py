"""A company's own roles beside the four that every company starts with."""

from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from auth_service.users.access import Access
from auth_service.users.choices import RoleName
from auth_service.users.exceptions import DefaultRoleError, RoleInUseError, RoleNameTakenError
from auth_service.users.models import Membership, Permission, Role, RolePermission, Session
from auth_service.users.services.roles import OTHER_COMPANIES, require_authority, require_held
from auth_service.users.services.sessions import sessions_revoke
from common.errors import NotFoundError, ValidationError
from common.search import fold
from common.security.tenancy import all_companies

DEFAULT_NAMES = frozenset(RoleName.values)
# However they are spelled: "Super_Admin" would only deceive people.
_KEPT = frozenset(fold(name).replace("_", " ") for name in DEFAULT_NAMES)


def role_create(
    *,
    company_id: UUID,
    name: str,
    level: int,
    permissions: Collection[str],
    description: str = "",
    by: Access | None,
) -> Role:
    """Make a role of one company. Nobody makes one above their own level, or with rights they do not have.

    Raises RoleNameTakenError, ValidationError for a name that is kept or a right there is not, and
    PermissionDeniedError.
    """
    with all_companies(OTHER_COMPANIES):
        require_authority(by, company_id, [level])
        require_held(by, permissions)
        _require_free_name(name)
        role = Role(company_id=company_id, name=name, level=level, description=description)
        _save(role)
        _grant(role, permissions)
        return role


def role_change(
    *,
    role_id: UUID,
    by: Access | None,
    name: str | None = None,
    level: int | None = None,
    description: str | None = None,
    permissions: Collection[str] | None = None,
) -> Role:
    """Change a company's own role; None stays. Less rights end the sessions of those who have it.

    Raises NotFoundError, DefaultRoleError, and like :func:`role_create`: whoever changes a role must have all
    that it allowed and will allow.
    """
    with all_companies(OTHER_COMPANIES):
        role = _own_role(role_id, by)
        held = set(role.permissions.values_list("code", flat=True))
        wanted = held if permissions is None else set(permissions)
        lower = level is not None and level < role.level
        require_authority(by, role.company_id, [role.level, level or 0])
        require_held(by, held | wanted)
        if name is not None and name != role.name:
            _require_free_name(name)
            role.name = name
        role.level = role.level if level is None else level
        role.description = role.description if description is None else description
        _save(role)
        if wanted != held:
            RolePermission.objects.filter(role=role).exclude(permission__code__in=wanted).delete()
            _grant(role, wanted - held)
        if lower or held - wanted:
            holders = Membership.objects.filter(role=role, is_active=True).values("user_id")
            sessions_revoke(
                Session.objects.filter(company_id=role.company_id, user_id__in=holders), reason="role_changed"
            )
        return role


def role_delete(*, role_id: UUID, by: Access | None) -> None:
    """Delete a company's own role that nobody ever had; raises like :func:`role_change`, and RoleInUseError."""
    with all_companies(OTHER_COMPANIES):
        role = _own_role(role_id, by)
        require_authority(by, role.company_id, [role.level])
        if Membership.objects.filter(role=role).exists():
            raise RoleInUseError()
        role.delete()


def _own_role(role_id: UUID, by: Access | None) -> Role:
    """The role, locked, if it is of a company that ``by`` administers and not one of the default ones."""
    rows = Role.objects.select_for_update().filter(pk=role_id)
    if by is not None and not by.all_companies:
        rows = rows.filter(company_id=by.company_id)
    role = rows.first()
    if role is None:
        raise NotFoundError()
    if role.name in DEFAULT_NAMES:
        raise DefaultRoleError()
    return role


def _require_free_name(name: str) -> None:
    if fold(name).replace("_", " ") in _KEPT:
        raise ValidationError(details={"name": [_("This name is kept for a role that every company has.")]})


def _save(role: Role) -> None:
    role.updated_at = Now()
    try:
        with transaction.atomic():
            role.save()
    except IntegrityError as error:
        raise RoleNameTakenError() from error
    role.refresh_from_db()


def _grant(role: Role, codes: Collection[str]) -> None:
    ids = dict(Permission.objects.filter(code__in=codes).values_list("code", "id"))
    RolePermission.objects.bulk_create([RolePermission(role=role, permission_id=ids[code]) for code in codes])
