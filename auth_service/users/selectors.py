"""Reads of the auth service. Each runs in the caller's scope; none opens one."""

from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from auth_service.users.access import NO_ACCESS, Access, enrolling
from auth_service.users.models import Membership, Permission, Role, SecondFactor, Session, SigningKey, User
from auth_service.users.models.people import OLD_HASH, email_normalised
from common.errors import NotFoundError
from common.search import fold


def user_by_email(email: str) -> User | None:
    """The account with this address in any spelling, or None."""
    return User.objects.filter(email=email_normalised(email)).first()


def old_passwords_exist() -> bool:
    """Whether anybody still has a password hash that the old system made."""
    return User.objects.filter(Q(("password__startswith", OLD_HASH))).exists()


def access_list(user_id: UUID) -> list[Access]:
    """What a person may do by each active membership: the one above companies first, then by age."""
    rows = (
        Membership.objects.filter(user_id=user_id, is_active=True)
        .annotate(
            codes=ArrayAgg("role__permissions__code", filter=Q(role__permissions__isnull=False), default=[])
        )
        .order_by("created_at", "id")
        .values_list("company_id", "role__name", "role__level", "codes")
    )
    options = [
        Access(company, name, level, frozenset(codes), user_id) for company, name, level, codes in rows
    ]
    return sorted(options, key=lambda access: not access.all_companies)


def access_at_sign_in(user_id: UUID, company_id: UUID | None = None) -> Access | None:
    """What a person signs in with: the role above companies, in ``company_id``, or in their first company.

    None when the person has no active membership in the company they named.
    """
    options = access_list(user_id)
    if options and (options[0].all_companies or company_id is None):
        return access_allowed(user_id, options[0])
    if company_id is None:
        return NO_ACCESS
    found = next((access for access in options if access.company_id == company_id), None)
    return found and access_allowed(user_id, found)


def access_in_session(user_id: UUID, company_id: UUID | None) -> Access | None:
    """What a person may do now in the company of a session; None when they left it since they signed in."""
    options = access_list(user_id)
    found = next((access for access in options if access.company_id == company_id), None)
    if found is None:
        return NO_ACCESS if company_id is None else None
    return access_allowed(user_id, found)


def access_allowed(user_id: UUID, access: Access) -> Access:
    """The access, or as much of it as is left to a role that needs a second factor while there is none.

    That much is the person's own profile, sessions and second factor.
    """
    if access.role not in settings.SECOND_FACTOR_ROLES or has_second_factor(user_id):
        return access
    return enrolling(user_id)


def has_second_factor(user_id: UUID) -> bool:
    """Whether the person signs in with a second factor."""
    return SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists()


def membership_list(user_id: UUID) -> QuerySet[Membership]:
    """A person's active memberships with their roles and permissions, oldest first."""
    return (
        Membership.objects.filter(user_id=user_id, is_active=True)
        .select_related("role")
        .prefetch_related(Prefetch("role__permissions", Permission.objects.order_by("code")))
        .order_by("created_at", "id")
    )


def role_list_of(user_id: UUID) -> list[Role]:
    """The roles a person has, one for each company they belong to."""
    return [membership.role for membership in membership_list(user_id)]


def role_rows() -> QuerySet[Role]:
    """The roles in scope."""
    return Role.objects.all()


def role_get(role_id: UUID) -> Role:
    """A role in scope with its permissions; raises NotFoundError."""
    rows = Role.objects.prefetch_related(Prefetch("permissions", Permission.objects.order_by("code")))
    role = rows.filter(pk=role_id).first()
    if role is None:
        raise NotFoundError()
    return role


def user_list(*, search: str = "", role: str | None = None, is_active: bool | None = None) -> QuerySet[User]:
    """The accounts in scope; for one company's, :func:`member_list` costs less.

    ``search`` is the beginning of the address, of the name or of the last name; ``role`` one held now.
    """
    users = User.objects.filter(_found(search, is_active))
    if role is None:
        return users
    return users.filter(
        Exists(Membership.objects.filter(user_id=OuterRef("pk"), is_active=True, role__name=role))
    )


def member_list(
    *, company_id: UUID, search: str = "", role: str | None = None, is_active: bool | None = None
) -> QuerySet[Membership]:
    """The people who belong, or belonged, to a company: their places there; parameters as in :func:`user_list`.

    ``is_active`` is the account's.
    """
    places = Membership.objects.filter(_found(search, is_active, "user__"), company_id=company_id)
    if role is None:
        return places
    # By its id, of which PostgreSQL knows how many have it: few are found by it, many along the list.
    found = Role.objects.filter(company_id=company_id, name=role).values_list("pk", flat=True).first()
    return places.none() if found is None else places.filter(is_active=True, role_id=found)


def _found(search: str, is_active: bool | None, account: str = "") -> Q:
    condition = Q() if is_active is None else Q(**{f"{account}is_active": is_active})
    if fold(search):
        looked_at = ("email", "name_folded", "last_name_folded")
        starts = [Q(**{f"{account}{name}__folded_prefix": search}) for name in looked_at]
        condition &= reduce(or_, starts)
    return condition


def user_get(user_id: UUID, *, company_id: UUID | None) -> User:
    """An account in scope, of somebody who belongs or belonged to the company, if one is named.

    Raises NotFoundError.
    """
    users = User.objects.filter(pk=user_id)
    if company_id is not None:
        users = users.filter(memberships__company_id=company_id)
    user = users.first()
    if user is None:
        raise NotFoundError()
    return user


def membership_history(user: User, company_id: UUID | None) -> QuerySet[Membership]:
    """A person's places, past ones included: in one company, or in all for None."""
    places = Membership.objects.filter(user_id=user.id)
    return places if company_id is None else places.filter(company_id=company_id)


def session_list(user_id: UUID) -> QuerySet[Session]:
    """A person's live sessions, newest first."""
    return Session.objects.filter(
        user_id=user_id, revoked_at__isnull=True, expires_at__gt=timezone.now()
    ).order_by("-created_at", "-id")


def signing_key() -> SigningKey | None:
    """The key that signs now; None before the first token."""
    return SigningKey.objects.filter(signs_from__lte=timezone.now()).order_by("-signs_from").first()


def jwks() -> dict[str, list[dict[str, Any]]]:
    """The public keys that verify tokens still alive, as a JSON Web Key Set."""
    keys = SigningKey.objects.filter(Q(published_until__isnull=True) | Q(published_until__gt=timezone.now()))
    return {"keys": list(keys.order_by("-created_at").values_list("public_jwk", flat=True))}
