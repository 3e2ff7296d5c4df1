"""Mails about accounts: asked for by a row, sent by a task, answered with a single-use token."""

import hashlib
import secrets
import time
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import NamedTuple

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from auth_service.settings import (
    EMAIL_VERIFICATION_LIFETIME,
    INVITATION_LIFETIME,
    PASSWORD_RESET_LIFETIME,
    PUBLIC_URL,
)
from auth_service.users import selectors
from auth_service.users.choices import MailPurpose
from auth_service.users.exceptions import InvalidMailTokenError
from auth_service.users.models import AccountMail, Session, User
from auth_service.users.models.people import email_normalised
from auth_service.users.services.changes import user_change
from auth_service.users.services.limits import ACCOUNT, limit_forget
from auth_service.users.services.passwords import password_hash, password_rules
from auth_service.users.services.sessions import sessions_revoke
from common.security.tenancy import all_companies

NOBODY_YET = "account mail: who the address belongs to shows when it is sent"
GIVE_UP_AFTER = timedelta(days=1)
LONGEST_ROUND = 20.0
"""Seconds in which a round begins no further mail: the worker has hires and events to see to."""
_TROUBLE = (SMTPException, OSError)
log = structlog.get_logger(__name__)


class Letter(NamedTuple):
    """What a mail of one purpose says, where its link leads, and how long that works."""

    subject: str | Promise
    text: str | Promise
    path: str
    lifetime: timedelta


def _letter(purpose: str) -> Letter:
    if purpose == MailPurpose.INVITATION:
        return Letter(
            _("You have an account"),
            _("Somebody made an account for you. Use this address within three days to choose a password."),
            "password/reset",
            INVITATION_LIFETIME,
        )
    if purpose == MailPurpose.PASSWORD_RESET:
        return Letter(
            _("Set a new password"),
            _(
                "Use this address within one hour to set a new password."
                " If you did not ask for it, do nothing."
            ),
            "password/reset",
            PASSWORD_RESET_LIFETIME,
        )
    return Letter(
        _("Confirm your e-mail address"),
        _("Use this address within two days to confirm your e-mail address."),
        "email/verify",
        EMAIL_VERIFICATION_LIFETIME,
    )


def account_mail_request(*, email: str, purpose: MailPurpose) -> None:
    """Ask for a mail to ``email``: one row, the same for an address that nobody has.

    While one of the same kind waits for the address, further requests join it.
    """
    with all_companies(NOBODY_YET):
        AccountMail.objects.bulk_create(
            [AccountMail(email=email_normalised(email), purpose=purpose)], ignore_conflicts=True
        )


def account_mails_send(*, limit: int = 100) -> int:
    """Send what waits, each in a transaction of its own; returns how many were sent.

    A mail server in trouble is not asked a second time in the same round: whoever waits for it does nothing else.
    """
    sent, over = 0, time.monotonic() + LONGEST_ROUND
    for _attempt in range(limit):
        if time.monotonic() > over:
            return sent
        with all_companies(NOBODY_YET):
            mail = (
                AccountMail.objects.select_for_update(skip_locked=True)
                .filter(sent_at=None, wake_at__lte=timezone.now())
                .order_by("wake_at")
                .first()
            )
            if mail is None:
                return sent
            try:
                sent += _send(mail)
            except _TROUBLE as error:
                log.warning("mail server in trouble", mail_id=str(mail.pk), error=repr(error))
                _postpone(mail)
                _postpone_others(mail)
                return sent
    return sent


def _send(mail: AccountMail) -> bool:
    user = selectors.user_by_email(mail.email)
    verified = mail.purpose == MailPurpose.EMAIL_VERIFICATION and user is not None and user.email_verified
    if user is None or not user.is_active or verified:
        mail.delete()
        return False
    letter = _letter(mail.purpose)
    token = secrets.token_urlsafe(32)
    link = f"{PUBLIC_URL}/{letter.path}/{token}"
    try:
        subject, text = _in_both_languages(letter.subject, " · "), _in_both_languages(letter.text, "\n\n")
        send_mail(subject, f"{text}\n\n{link}\n", settings.DEFAULT_FROM_EMAIL, [mail.email])
    except SMTPRecipientsRefused as error:
        log.warning("account mail not sent", mail_id=str(mail.pk), error=repr(error))
        _postpone(mail)
        return False
    now = timezone.now()
    AccountMail.objects.filter(pk=mail.pk).update(
        sent_at=now, updated_at=now, token_hash=_hash(token), expires_at=now + letter.lifetime
    )
    return True


def _postpone_others(mail: AccountMail) -> None:
    """Whoever waits beside it waits as long, without one more attempt of their own."""
    waiting = AccountMail.objects.filter(sent_at=None, wake_at__lte=timezone.now()).exclude(pk=mail.pk)
    waiting.update(wake_at=timezone.now() + _delay(mail))


def _in_both_languages(sentence: str | Promise, between: str) -> str:
    """An address does not tell its owner's language; Arabic is the language of most."""
    said = []
    for language in ("ar", "en"):
        with translation.override(language):
            said.append(str(sentence))
    return between.join(said)


def _postpone(mail: AccountMail) -> None:
    now = timezone.now()
    if mail.created_at < now - GIVE_UP_AFTER:
        log.error("account mail given up", mail_id=str(mail.pk), attempts=mail.attempts)
        mail.delete()
        return
    AccountMail.objects.filter(pk=mail.pk).update(
        attempts=F("attempts") + 1, wake_at=now + _delay(mail), updated_at=now
    )


def _delay(mail: AccountMail) -> timedelta:
    return timedelta(seconds=min(600, 5 * 2 ** min(mail.attempts, 7)))


def password_reset(*, token: str, new_password: str) -> None:
    """Set the password of whoever got the mail with ``token``, and end all their sessions.

    Raises InvalidMailTokenError for an unknown, used or old token, and WeakPasswordError (it stays good).
    """
    # Nobody waits for the hash in a transaction, and a link that is refused costs as much as a good one.
    encoded = password_hash(new_password, field="new_password")
    with all_companies(NOBODY_YET):
        user = _redeem(token, MailPurpose.PASSWORD_RESET, MailPurpose.INVITATION)
        password_rules(new_password, field="new_password", person=user)
        # Whoever reads the mailbox has shown that the address is theirs.
        user_change(user.id, password=encoded, email_verified=True)
        sessions_revoke(Session.objects.filter(user=user), reason="password_reset")
    # Whoever guessed the old password has nothing of it, and the owner need not wait.
    limit_forget(ACCOUNT, user.email)


def email_verify(*, token: str) -> None:
    """Note that the address belongs to whoever got the mail with ``token``; raises InvalidMailTokenError."""
    with all_companies(NOBODY_YET):
        user = _redeem(token, MailPurpose.EMAIL_VERIFICATION)
        user_change(user.id, email_verified=True)


def _redeem(token: str, *purposes: MailPurpose) -> User:
    mails = AccountMail.objects.filter(token_hash=_hash(token), purpose__in=purposes)
    # One statement decides who uses the token.
    if not mails.filter(used_at=None, expires_at__gt=timezone.now()).update(used_at=Now(), updated_at=Now()):
        raise InvalidMailTokenError()
    user = selectors.user_by_email(mails.get().email)
    if user is None or not user.is_active:
        raise InvalidMailTokenError()
    return user


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
