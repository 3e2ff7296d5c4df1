"""Who somebody is, by e-mail address and password."""

from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password
from prometheus_client import Counter

from auth_service.users import selectors
from auth_service.users.exceptions import (
    InvalidCredentialsError,
    InvalidSecondFactorError,
    SecondFactorRequiredError,
    WrongPasswordError,
)
from auth_service.users.models import User
from auth_service.users.services.attempts import attempt_begin, attempt_forgiven, attempt_succeeded
from auth_service.users.services.changes import user_change
from auth_service.users.services.passwords import (
    password_hash,
    password_matches,
    password_outdated,
)
from auth_service.users.services.second_factor import second_factor_check
from auth_service.users.services.sessions import SIGN_IN, sessions_revoke_all
from common.errors import UnauthenticatedError
from common.security.tenancy import all_companies, person_scope

LOGINS: Final = Counter("hrms_auth_logins", "Sign-ins by what became of them.", ["outcome"])


def user_authenticate(*, email: str, password: str, code: str = "", address: str | None = None) -> User:
    """The active account with this e-mail address and password, and ``code`` where it has a second factor.

    ``address`` is the client's, which has a limit, too. Raises InvalidCredentialsError for an unknown address, a
    wrong password and an inactive account, after the same work and in the same words; only after the right
    password SecondFactorRequiredError and InvalidSecondFactorError; and TooManyAttemptsError.
    """
    attempt_begin(email, address)
    with all_companies(SIGN_IN):
        user = selectors.user_by_email(email)
        old_hashes = selectors.old_passwords_exist()
    # Outside of the transaction: a flood of sign-ins should cost processor time, not connections.
    correct = password_matches(password, user.password if user else None, old_hashes=old_hashes)
    if user is None or not correct or not user.is_active:
        LOGINS.labels("refused").inc()
        raise InvalidCredentialsError()
    try:
        second_factor_check(user, code)
    except SecondFactorRequiredError:
        # Nobody guesses here: the person comes again with the code.
        attempt_forgiven(address)
        raise
    except InvalidSecondFactorError:
        LOGINS.labels("wrong code").inc()
        raise
    LOGINS.labels("signed in").inc()
    attempt_succeeded(email, address)
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


def password_confirm(user_id: UUID, password: str, address: str | None = None) -> User:
    """The account of somebody signed in, who has typed their password once more.

    Raises WrongPasswordError, TooManyAttemptsError, and UnauthenticatedError when the account is gone.
    """
    with person_scope(user_id):
        user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UnauthenticatedError()
    attempt_begin(user.email, address)
    if not password_matches(password, user.password, old_hashes=False):
        raise WrongPasswordError()
    attempt_succeeded(user.email, address)
    return user


def password_change(
    *,
    user_id: UUID,
    session_id: UUID,
    current_password: str,
    new_password: str,
    address: str | None = None,
) -> None:
    """Set a new password and end the person's other sessions.

    Not to be called in a transaction, with which the count of attempts would be undone. Raises
    WeakPasswordError, and like :func:`password_confirm`.
    """
    user = password_confirm(user_id, current_password, address)
    encoded = password_hash(new_password, field="new_password", person=user)
    with person_scope(user_id):
        # Somebody else may have changed it since: then this was the wrong one.
        if not User.objects.select_for_update().filter(pk=user_id, password=user.password).exists():
            raise WrongPasswordError()
        user_change(user_id, password=encoded)
        sessions_revoke_all(user_id=user_id, keep=session_id, reason="password_changed")
