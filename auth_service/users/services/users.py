"""Accounts: made, changed, switched off and on."""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from auth_service.users.access import Access
from auth_service.users.choices import MailPurpose, RoleName
from auth_service.users.exceptions import EmailTakenError
from auth_service.users.models import Membership, Session, User
from auth_service.users.models.people import email_normalised, name_columns
from auth_service.users.services.changes import publish_user_updated, user_change, user_lock
from auth_service.users.services.mails import account_mail_request
from auth_service.users.services.passwords import password_hash, password_matches
from auth_service.users.services.roles import (
    OTHER_COMPANIES,
    require_another_administrator,
    require_another_person,
    require_authority,
    role_assign,
)
from auth_service.users.services.second_factor import second_factor_remove
from auth_service.users.services.sessions import sessions_revoke
from common.contracts.auth import UserCreated, UserDeactivated
from common.errors import NotFoundError
from common.messaging.services import publish
from common.security.services import revoke_user
from common.security.tenancy import all_companies, person_scope

UNIQUE_EMAIL = "an e-mail address is used once over all companies"


def user_register(*, email: str, password: str, first_name: str, last_name: str) -> User:
    """Make an active account that belongs to no company, and ask for its address to be confirmed.

    Naming a company gives no place in it: an administrator of the company does that, or a hire. Raises
    EmailTakenError and WeakPasswordError.
    """
    encoded = password_hash(password, person=User(email=email, first_name=first_name, last_name=last_name))
    with all_companies(UNIQUE_EMAIL):
        user = _insert(email=email, password=encoded, first_name=first_name, last_name=last_name)
        _publish_created(user, [])
        account_mail_request(email=user.email, purpose=MailPurpose.EMAIL_VERIFICATION)
        return user


def user_create(
    *,
    email: str,
    first_name: str,
    last_name: str,
    role: str,
    company_id: UUID | None,
    by: Access | None = None,
) -> User:
    """Make an active account with a role and invite the person by mail, who then chooses a password.

    Raises EmailTakenError, UnknownRoleError, and PermissionDeniedError for a role above that of ``by``.
    """
    with all_companies(UNIQUE_EMAIL):
        user = _insert(email=email, password=make_password(None), first_name=first_name, last_name=last_name)
        _publish_created(user, [company_id] if company_id else [])
        role_assign(user_id=user.id, role=role, company_id=company_id, by=by)
        account_mail_request(email=user.email, purpose=MailPurpose.INVITATION)
        return user


def user_update_profile(*, user_id: UUID, first_name: str, last_name: str) -> User:
    """Change a person's own name; raises NotFoundError when the account is gone."""
    with person_scope(user_id):
        user = user_lock(user_id)
        if (user.first_name, user.last_name) == (first_name, last_name):
            return user
        return _changed(user_id, **name_columns(first_name, last_name))


def user_edit(
    *,
    user_id: UUID,
    email: str | None = None,
    first_name: str | None = None,
    last_name: str | None = None,
    by: Access | None = None,
) -> User:
    """Change name or address on behalf of an administrator; None stays, a new address counts as not confirmed.

    Raises EmailTakenError, NotFoundError, and PermissionDeniedError when the account also belongs elsewhere.
    """
    with all_companies(UNIQUE_EMAIL):
        user = _administered(user_id, by)
        values: dict[str, str | bool] = {
            **name_columns(
                user.first_name if first_name is None else first_name,
                user.last_name if last_name is None else last_name,
            )
        }
        address = user.email if email is None else email_normalised(email)
        if address != user.email:
            values |= {"email": address, "email_verified": False}
        if all(getattr(user, name) == value for name, value in values.items()):
            return user
        try:
            with transaction.atomic():
                return _changed(user_id, **values)
        except IntegrityError as error:
            raise EmailTakenError() from error


def user_deactivate(*, user_id: UUID, reason: str, by: Access | None = None) -> None:
    """Switch an account off and end its sessions everywhere; an inactive one is left as it is.

    Raises NotFoundError, LastAdministratorError, OwnAccountError, and PermissionDeniedError when the account
    also belongs to a company that ``by`` does not administer: there, only the role of the own company can be
    taken.
    """
    with all_companies(OTHER_COMPANIES):
        require_another_person(by, user_id)
        if not _administered(user_id, by).is_active:
            return
        if Membership.objects.filter(user_id=user_id, company_id=None, is_active=True).exists():
            require_another_administrator([user_id])
        user = user_change(user_id, is_active=False)
        user_shut_out(user, reason=reason)


def user_shut_out(user: User, *, reason: str) -> None:
    """Tell that an account was switched off and end its sessions, in the caller's transaction."""
    now = timezone.now()
    publish(
        UserDeactivated(user_id=user.id, at=now, reason=reason),
        aggregate_id=user.id,
        company_id=None,
        version=user.version,
    )
    revoke_user(user_id=user.id, before=now)
    sessions_revoke(Session.objects.filter(user_id=user.id), reason=reason)


def user_activate(*, user_id: UUID, by: Access | None = None) -> None:
    """Switch an account on again; raises like :func:`user_deactivate`."""
    with all_companies(OTHER_COMPANIES):
        if not _administered(user_id, by).is_active:
            _changed(user_id, is_active=True)


def second_factor_reset(*, user_id: UUID, by: Access | None = None) -> bool:
    """Take the second factor from a person who lost the device and the codes; whether there was one.

    Their sessions end. Raises OwnAccountError, and like :func:`user_deactivate`.
    """
    with all_companies(OTHER_COMPANIES):
        require_another_person(by, user_id)
        _administered(user_id, by)
        return second_factor_remove(user_id)


def super_admin_ensure(*, email: str, password: str, first_name: str, last_name: str) -> tuple[User, bool]:
    """Make the account an active super administrator with this password, whatever it was before.

    Returns the account and whether anything had to change. Raises WeakPasswordError.
    """
    with all_companies("the first administrator"):
        user = User.objects.filter(email=email_normalised(email)).first()
        created = user is None
        if user is None:
            user = _insert(
                email=email, password=password_hash(password), first_name=first_name, last_name=last_name
            )
            _publish_created(user, [])
        elif not user.is_active or not password_matches(password, user.password, old_hashes=False):
            user = _changed(user.id, is_active=True, password=password_hash(password))
            created = True
        if Membership.objects.filter(user=user, company_id=None, is_active=True).exists():
            return user, created
        role_assign(user_id=user.id, role=RoleName.SUPER_ADMIN, company_id=None)
        return user, True


def _insert(*, email: str, password: str, first_name: str, last_name: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create(
                email=email_normalised(email), password=password, **name_columns(first_name, last_name)
            )
    except IntegrityError as error:
        raise EmailTakenError() from error


def _administered(user_id: UUID, by: Access | None) -> User:
    """The account, when all the places it belongs to are under ``by``."""
    user = user_lock(user_id)
    if by is not None and not by.all_companies:
        places = Membership.objects.filter(user_id=user_id)
        if not places.filter(company_id=by.company_id).exists():
            raise NotFoundError()
        for company_id, level in places.filter(is_active=True).values_list("company_id", "role__level"):
            require_authority(by, company_id, [level])
    return user


def _changed(user_id: UUID, **values: str | bool) -> User:
    user = user_change(user_id, **values)
    publish_user_updated(user)
    return user


def _publish_created(user: User, company_ids: list[UUID]) -> None:
    publish(
        UserCreated(
            user_id=user.id,
            email=user.email,
            first_name=user.first_name,
            last_name=user.last_name,
            is_active=user.is_active,
            company_ids=company_ids,
        ),
        aggregate_id=user.id,
        company_id=company_ids[0] if company_ids else None,
        version=user.version,
    )
