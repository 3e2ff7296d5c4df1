"""Who belongs to which company, changed on behalf of an administrator."""

from uuid import UUID

from auth_service.users.access import Access
from auth_service.users.exceptions import AlreadyMemberError
from auth_service.users.models import Membership
from auth_service.users.services.changes import user_lock
from auth_service.users.services.roles import OTHER_COMPANIES, role_assign, role_revoke
from common.errors import NotFoundError
from common.security.tenancy import all_companies


def membership_add(*, user_id: UUID, role: str, company_id: UUID | None, by: Access | None) -> Membership:
    """Take a person into a company with a role, for the first time or again.

    Raises AlreadyMemberError, and what ``role_assign`` raises; somebody ``by`` does not administer is not
    found.
    """
    with all_companies(OTHER_COMPANIES):
        require_known(by, user_id)
        user_lock(user_id)
        if Membership.objects.filter(user_id=user_id, company_id=company_id, is_active=True).exists():
            raise AlreadyMemberError()
        return role_assign(user_id=user_id, role=role, company_id=company_id, by=by)


def membership_change(*, user_id: UUID, membership_id: UUID, role: str, by: Access | None) -> Membership:
    """Give a member of a company another role; raises like ``role_assign``, NotFoundError for no member."""
    with all_companies(OTHER_COMPANIES):
        membership = _active(user_id, membership_id, by)
        return role_assign(user_id=user_id, role=role, company_id=membership.company_id, by=by)


def membership_end(*, user_id: UUID, membership_id: UUID, reason: str, by: Access | None) -> None:
    """End a person's place in a company; raises like ``role_revoke``, NotFoundError when it has ended."""
    with all_companies(OTHER_COMPANIES):
        membership = _active(user_id, membership_id, by)
        if not role_revoke(user_id=user_id, company_id=membership.company_id, reason=reason, by=by):
            raise NotFoundError()


def require_known(by: Access | None, user_id: UUID) -> None:
    """Raise NotFoundError unless the person belongs, or belonged, to the company that ``by`` administers."""
    if by is None or by.all_companies:
        return
    if not Membership.objects.filter(user_id=user_id, company_id=by.company_id).exists():
        raise NotFoundError()


def _active(user_id: UUID, membership_id: UUID, by: Access | None) -> Membership:
    user_lock(user_id)
    rows = Membership.objects.filter(pk=membership_id, user_id=user_id, is_active=True)
    if by is not None and not by.all_companies:
        rows = rows.filter(company_id=by.company_id)
    found = rows.first()
    if found is None:
        raise NotFoundError()
    return found
