"""Personal data in the auth service: accounts, sign-ins and mails about them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from auth_service.users.models import AccountMail, Membership, Session, User
from auth_service.users.models.people import name_columns
from auth_service.users.services.changes import publish_user_updated, user_change
from auth_service.users.services.users import user_shut_out
from common.privacy.choices import Because, Fate, Holding, SubjectKind
from common.privacy.everywhere import ERASED_NAME, erased_address, events_mask
from common.privacy.models import Erasure
from common.privacy.names import account_found
from common.privacy.plan import Held, Named, Plan, Rule, Share
from common.privacy.subjects import Erased, Line, Order, Subject

PIECE = 200
SEARCH_COLUMNS = frozenset({"name_folded", "last_name_folded"})


def _account(subject: Subject) -> QuerySet[User]:
    return User.objects.filter(pk=subject.user_id)


def _memberships(subject: Subject) -> QuerySet[Membership]:
    return Membership.objects.filter(user_id=subject.user_id, company_id=subject.company_id)


def _sessions(subject: Subject) -> QuerySet[Session]:
    return Session.objects.filter(user_id=subject.user_id, company_id=subject.company_id)


def _mails(subject: Subject) -> QuerySet[AccountMail]:
    return AccountMail.objects.filter(email__in=_account(subject).values("email"))


def erase(order: Order) -> Erased:
    """Erase the sign-ins in the company; and the account, unless it belongs to another company, too."""
    subject = order.subject
    sessions = _sessions(subject).delete()[0]
    lines = [Line(holding=Holding.SESSIONS, fate=Fate.DELETED, rows=sessions)]
    elsewhere = Membership.objects.filter(user_id=subject.user_id, is_active=True).exclude(
        company_id=subject.company_id
    )
    if elsewhere.exists():
        kept = Line(holding=Holding.ACCOUNT, fate=Fate.KEPT, rows=1, because=Because.OTHER_PLACES)
        return Erased(lines=[*lines, kept])
    lines += [Line(holding=Holding.MAILS, fate=Fate.DELETED, rows=_mails(subject).delete()[0])]
    masked = int(account_erase(subject.user_id))
    lines += [Line(holding=Holding.ACCOUNT, fate=Fate.MASKED, rows=masked)]
    return Erased(lines=lines, account=True)


def account_erase(user_id: UUID) -> bool:
    """Make an account unrecognisable and of no use, and tell the others; whether there was one.

    The row stays: what the person decided and wrote names it.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        return False
    AccountMail.objects.filter(email=user.email).delete()
    was_active = user.is_active
    user = user_change(
        user_id,
        email=erased_address(user_id),
        email_verified=False,
        password=make_password(None),
        is_active=False,
        **name_columns(ERASED_NAME, ""),
    )
    publish_user_updated(user)
    if was_active:
        user_shut_out(user, reason="erased")
    Session.objects.filter(user_id=user_id).delete()
    return True


def _inactive(before: datetime) -> QuerySet[User]:
    """Accounts that nobody has used or changed since the moment and that belong nowhere."""
    places = Membership.objects.filter(user_id=OuterRef("pk"), is_active=True)
    erased = Erasure.objects.filter(kind=SubjectKind.ACCOUNT, subject_id=OuterRef("pk"))
    inactive = User.objects.filter(is_active=False, updated_at__lt=before)
    return inactive.exclude(email__endswith="@erased.invalid").exclude(Exists(places)).exclude(Exists(erased))


def _inactive_due(before: datetime) -> int:
    return _inactive(before).count()


def _inactive_erase(before: datetime) -> int:
    ids = list(_inactive(before).values_list("pk", flat=True)[:PIECE])
    for user_id in ids:
        account_erase(user_id)
    events_mask(ids)
    Erasure.objects.bulk_create(
        [
            Erasure(kind=SubjectKind.ACCOUNT, subject_id=user_id, user_id=user_id, ids=[user_id])
            for user_id in ids
        ]
    )
    return len(ids)


def _sessions_due(before: datetime) -> int:
    return _past_sessions(before).count()


def _sessions_delete(before: datetime) -> int:
    old: Sequence[UUID] = list(_past_sessions(before).values_list("pk", flat=True)[:PIECE])
    Session.objects.filter(pk__in=old).delete()
    return len(old)


def _past_sessions(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(created_at__lt=before, expires_at__lt=timezone.now())


def _mails_due(before: datetime) -> int:
    return AccountMail.objects.filter(created_at__lt=before).count()


def _mails_delete(before: datetime) -> int:
    return AccountMail.objects.filter(created_at__lt=before).delete()[0]


plan = Plan(
    shares=(
        # The hash of a password is no information about the person, and would help only a thief.
        Share(Holding.ACCOUNT, _account, frozenset({"password", *SEARCH_COLUMNS})),
        Share(Holding.MEMBERSHIPS, _memberships),
        Share(Holding.SESSIONS, _sessions),
        Share(Holding.MAILS, _mails, frozenset({"token_hash"})),
    ),
    erase=erase,
    rules=(
        Rule("sessions", _("Sign-ins, after they began"), 30, _sessions_due, _sessions_delete),
        Rule(
            "account_mails",
            _("Mails about accounts, after they were asked for"),
            7,
            _mails_due,
            _mails_delete,
        ),
        Rule(
            "inactive_users",
            _("Switched-off accounts without a company, after their last change"),
            5 * 365,
            _inactive_due,
            _inactive_erase,
        ),
    ),
    held={"user_id": Held("users.User", "id", SubjectKind.ACCOUNT, company=None)},
    names={SubjectKind.ACCOUNT: Named("users.User", "id", account_found)},
)
