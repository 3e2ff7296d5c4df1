"""A second factor: set up, confirmed, asked for at a sign-in, and taken away."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import pyotp
import structlog
from django.conf import settings
from django.utils import timezone

from auth_service.users.exceptions import (
    InvalidSecondFactorError,
    SecondFactorNeededError,
    SecondFactorOffError,
    SecondFactorOnError,
    SecondFactorRequiredError,
    WrongCodeError,
)
from auth_service.users.models import Membership, RecoveryCode, SecondFactor, Session, User
from auth_service.users.services.limits import CODES, limit_count, limit_forget
from auth_service.users.services.sessions import sessions_revoke
from common.security.tenancy import all_companies

ISSUER: Final = "HRMS"
STEP_SECONDS: Final = 30
# Clocks of telephones are not quite right: the code before and the one after are taken, too.
NEIGHBOURS: Final = 1
RECOVERY_CODES: Final = 10
SIGN_IN = "second factor: a person's company is not known before they are signed in"
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 4

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Setup:
    """A new device: its secret, and the address that a code to scan holds."""

    secret: str
    uri: str


@dataclass(frozen=True)
class State:
    """Whether an account has a second factor, must have one, and how many recovery codes are left."""

    is_on: bool
    is_needed: bool
    recovery_codes_left: int


def second_factor_state(user_id: UUID) -> State:
    """What the person is told about their second factor."""
    with all_companies(SIGN_IN):
        return State(
            is_on=SecondFactor.objects.filter(user_id=user_id, confirmed_at__isnull=False).exists(),
            is_needed=_is_needed(user_id),
            recovery_codes_left=RecoveryCode.objects.filter(user_id=user_id, used_at=None).count(),
        )


def second_factor_begin(user: User) -> Setup:
    """A new secret for the person's device, in place of one that was never confirmed; SecondFactorOnError."""
    secret = pyotp.random_base32()
    with all_companies(SIGN_IN):
        # The account's row is what two requests of one person wait for each other at.
        User.objects.select_for_update().get(pk=user.pk)
        SecondFactor.objects.filter(user=user, confirmed_at=None).delete()
        is_on = SecondFactor.objects.filter(user=user).exists()
        if not is_on:
            SecondFactor(user=user, secret=secret).save()
    if is_on:
        raise SecondFactorOnError()
    return Setup(secret, pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER))


def second_factor_confirm(*, user_id: UUID, code: str, keep: UUID | None) -> list[str]:
    """Switch the second factor on and end the other sessions, which were opened without; the recovery codes.

    Raises WrongCodeError, SecondFactorOffError when none waits, and TooManyAttemptsError.
    """
    limit_count(CODES, str(user_id))
    with all_companies(SIGN_IN):
        factor = SecondFactor.objects.filter(user_id=user_id, confirmed_at=None).first()
        codes = _confirmed(factor, code, keep) if factor else []
    if factor is None:
        raise SecondFactorOffError()
    if not codes:
        raise WrongCodeError()
    limit_forget(CODES, str(user_id))
    log.info("second factor on", user_id=str(user_id))
    return codes


def _confirmed(factor: SecondFactor, code: str, keep: UUID | None) -> list[str]:
    if not _take(factor, code):
        return []
    SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
    others = Session.objects.filter(user_id=factor.user_id).exclude(pk__in=[keep] if keep else [])
    sessions_revoke(others, reason="second_factor_on")
    return _new_recovery_codes(factor.user_id)


def second_factor_check(user: User, code: str) -> None:
    """Let a sign-in pass whose password was right: by its code, or because the account asks for none.

    Raises SecondFactorRequiredError without a code, InvalidSecondFactorError for a wrong or used one, and
    TooManyAttemptsError.
    """
    with all_companies(SIGN_IN):
        factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
    if factor is None:
        return
    if not code:
        raise SecondFactorRequiredError()
    limit_count(CODES, str(user.pk))
    with all_companies(SIGN_IN):
        accepted = _take(factor, code) or _take_recovery_code(user.pk, code)
    if not accepted:
        raise InvalidSecondFactorError()
    limit_forget(CODES, str(user.pk))


def recovery_codes_renew(*, user: User, code: str) -> list[str]:
    """New recovery codes in place of all before; raises like :func:`second_factor_off`."""
    _prove(user, code)
    with all_companies(SIGN_IN):
        return _new_recovery_codes(user.pk)


def second_factor_off(*, user: User, code: str) -> None:
    """Switch it off. Raises WrongCodeError, SecondFactorOffError and SecondFactorNeededError."""
    with all_companies(SIGN_IN):
        is_needed = _is_needed(user.pk)
    if is_needed:
        raise SecondFactorNeededError()
    _prove(user, code)
    second_factor_remove(user.pk)


def second_factor_remove(user_id: UUID) -> bool:
    """Take it away from who lost the device and the codes, and end their sessions; whether there was one.

    The caller has made sure who asks for it.
    """
    with all_companies("second factor: whose device is lost may belong to any company"):
        removed, _ = SecondFactor.objects.filter(user_id=user_id).delete()
        RecoveryCode.objects.filter(user_id=user_id).delete()
        if removed:
            sessions_revoke(Session.objects.filter(user_id=user_id), reason="second_factor_off")
    log.info("second factor off", user_id=str(user_id), there_was_one=bool(removed))
    return bool(removed)


def _is_needed(user_id: UUID) -> bool:
    roles = Membership.objects.filter(user_id=user_id, is_active=True)
    return roles.filter(role__name__in=settings.SECOND_FACTOR_ROLES).exists()


def _prove(user: User, code: str) -> None:
    limit_count(CODES, str(user.pk))
    with all_companies(SIGN_IN):
        factor = SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).first()
        accepted = factor is not None and (_take(factor, code) or _take_recovery_code(user.pk, code))
    if factor is None:
        raise SecondFactorOffError()
    if not accepted:
        raise WrongCodeError()
    limit_forget(CODES, str(user.pk))


def _take(factor: SecondFactor, code: str) -> bool:
    """Whether ``code`` is one of now and was not taken before; of parallel requests one takes it."""
    totp = pyotp.TOTP(factor.secret)
    given = code.strip().encode()
    now = int(time.time()) // STEP_SECONDS
    step = None
    for near in range(now - NEIGHBOURS, now + NEIGHBOURS + 1):
        if secrets.compare_digest(totp.generate_otp(near).encode(), given):
            step = near
    if step is None:
        return False
    taken = SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step)
    return taken == 1


def _take_recovery_code(user_id: UUID, code: str) -> bool:
    unused = RecoveryCode.objects.filter(user_id=user_id, code_hash=_hash(code), used_at=None)
    if unused.update(used_at=timezone.now()) != 1:
        return False
    log.warning("recovery code used", user_id=str(user_id))
    return True


def _new_recovery_codes(user_id: UUID) -> list[str]:
    codes = ["-".join(_group() for _ in range(_GROUPS)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user_id=user_id).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user_id=user_id, code_hash=_hash(code)) for code in codes])
    return codes


def _group() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_GROUP))


def _hash(code: str) -> str:
    """Of a code in whatever spelling; 79 random bits need no slower hash."""
    spelled = "".join(sign for sign in code.lower() if sign.isalnum())
    return hashlib.sha256(spelled.encode()).hexdigest()
