"""Who somebody is, by e-mail address and password."""

from uuid import UUID

from django.contrib.auth.hashers import make_password

from auth_service.users import selectors
from auth_service.users.exceptions import InvalidCredentialsError, WrongPasswordError
from auth_service.users.models import User
from auth_service.users.services.attempts import attempt_begin, attempt_succeeded
from auth_service.users.services.changes import user_change
from auth_service.users.services.passwords import (
    password_hash,
    password_matches,
    password_outdated,
)
from auth_service.users.services.sessions import SIGN_IN, sessions_revoke_all
from common.errors import UnauthenticatedError
from common.security.tenancy import all_companies, person_scope


def user_authenticate(*, email: str, password: str) -> User:
    """The active account with this address and password.

    Raises InvalidCredentialsError for an unknown address, a wrong password and an inactive account, after the
    same work and in the same words, and TooManyAttemptsError.
    """
    attempt_begin(email)
    with all_companies(SIGN_IN):
        user = selectors.user_by_email(email)
        old_hashes = selectors.old_passwords_exist()
    # Outside of the transaction: a flood of sign-ins should cost processor time, not connections.
    correct = password_matches(password, user.password if user else None, old_hashes=old_hashes)
    if user is None or not correct or not user.is_active:
        raise InvalidCredentialsError()
    attempt_succeeded(email)
    return _rehashed(user, password) if password_outdated(user.password) else user


def _rehashed(user: User, password: str) -> User:
    encoded = make_password(password)
    with all_companies(SIGN_IN):
        if User.objects.filter(pk=user.pk, password=user.password).update(password=encoded):
            user.password = encoded
            return user
        fresh = User.objects.filter(pk=user.pk, is_active=True).first()
    # Somebody was faster: another sign-in (then the password still fits) or a change of password.
    if fresh is None or not password_matches(password, fresh.password, old_hashes=False):
        raise InvalidCredentialsError()
    return fresh


def password_change(*, user_id: UUID, session_id: UUID, current_password: str, new_password: str) -> None:
    """Set a new password and end the person's other sessions.

    Raises WrongPasswordError, WeakPasswordError, and UnauthenticatedError when the account is gone.
    """
    with person_scope(user_id):
        user = User.objects.filter(pk=user_id, is_active=True).first()
        if user is None:
            raise UnauthenticatedError()
        if not password_matches(current_password, user.password, old_hashes=False):
            raise WrongPasswordError()
        user_change(user_id, password=password_hash(new_password, field="new_password"))
        sessions_revoke_all(user_id=user_id, keep=session_id, reason="password_changed")
