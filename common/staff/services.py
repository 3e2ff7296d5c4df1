"""Signing staff in with their account in auth, and out again when their rights changed."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.errors import PermissionDeniedError
from common.security.tenancy import all_companies
from common.security.tokens import PersonClaims, read_person_token
from common.staff.auth_client import staff_token
from common.staff.models import StaffUser

LOWEST_LEVEL = 2


class NotStaffError(PermissionDeniedError):
    """A person whose role has no place in the admin."""

    default_message = _("Your role does not use these pages.")


def staff_sign_in(
    *, email: str, password: str, code: str = "", address: str = "", user_agent: str = ""
) -> StaffUser | None:
    """The staff member with these credentials, or None when auth does not know them.

    ``address`` and ``user_agent`` are the browser's. Raises NotStaffError, SecondFactorError,
    TooManyAttemptsError, and ServiceUnavailableError when auth cannot be asked.
    """
    token = staff_token(email=email, password=password, code=code, address=address, user_agent=user_agent)
    if token is None:
        return None
    claims = read_person_token(token)
    if claims.level < LOWEST_LEVEL:
        raise NotStaffError()
    return staff_remember(claims)


def staff_remember(claims: PersonClaims) -> StaffUser:
    """Write the person's row as their token describes them."""
    with all_companies("staff sign-in"):
        # The address may have been another account's before; that row only serves the admin's history.
        StaffUser.objects.filter(email=claims.email).exclude(pk=claims.user_id).update(
            email=Concat(
                Value("former-"), F("id"), Value("@invalid"), output_field=StaffUser._meta.get_field("email")
            )
        )
        member, _created = StaffUser.objects.update_or_create(
            id=claims.user_id,
            defaults={
                "email": claims.email,
                "name": claims.name,
                "is_active": True,
                "is_staff": True,
                "role": claims.role,
                "level": claims.level,
                "company_id": claims.company_id,
                "permissions": sorted(claims.permissions),
                "language": claims.language,
                "session_id": claims.session_id,
            },
        )
    return member


def staff_sign_out(user_ids: Iterable[UUID]) -> None:
    """End people's browser sessions here: the rows stay inactive until they sign in anew."""
    with all_companies("staff signed out by auth"):
        members = StaffUser.objects.filter(pk__in=set(user_ids), is_active=True)
        members.update(is_active=False, updated_at=timezone.now())
