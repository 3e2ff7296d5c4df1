"""What every service holds on a person beside its own tables: copies of names, events, staff, old rows."""

from collections.abc import Callable, Iterable
from uuid import UUID

from django.apps import apps
from django.db import connection
from django.db.models import Model, Q, QuerySet

from common.api.models import IdempotencyKey
from common.legacy.models import QuarantinedRow, ToDoItem
from common.messaging.models import EventRecord, ParkedEvent
from common.privacy.choices import Because, Fate, Holding
from common.privacy.models import Access
from common.privacy.plan import Share
from common.privacy.subjects import Line, Order, Subject
from common.reference.models import EmployeeRef, UserRef

ERASED_NAME = "—"


def erased_address(user_id: UUID) -> str:
    """The mail address of an erased account: nobody's, and different for each."""
    return f"erased-{user_id}@erased.invalid"


def _accesses(subject: Subject) -> QuerySet[Model]:
    return Access.objects.filter(company_id=subject.company_id, subject_id__in=subject.ids).order_by("id")


def _staff(subject: Subject) -> QuerySet[Model]:
    # The service that owns accounts has no staff of its own.
    if not apps.is_installed("common.staff"):
        return UserRef.objects.none()
    return apps.get_model("staff", "StaffUser").objects.filter(pk=subject.user_id)


def _events(subject: Subject) -> QuerySet[Model]:
    own = Q(company_id=subject.company_id) | Q(company_id=None)
    return EventRecord.objects.filter(own, aggregate_id__in=subject.ids).order_by("id")


def _old_rows(subject: Subject) -> QuerySet[Model]:
    return QuarantinedRow.objects.filter(company_id=subject.company_id, target_id__in=subject.ids)


def _copies(model: type[UserRef] | type[EmployeeRef], key: str) -> Callable[[Subject], QuerySet[Model]]:
    return lambda subject: model._default_manager.filter(pk=getattr(subject, key))


SHARES = (
    Share(Holding.COPIES, _copies(EmployeeRef, "employee_id"), frozenset({"name_folded", "name_ar_folded"})),
    # In which other companies the person works is not for this one to know.
    Share(Holding.COPIES, _copies(UserRef, "user_id"), frozenset({"name_folded", "company_ids"})),
    Share(Holding.STAFF, _staff, frozenset({"session_id"})),
    Share(Holding.EVENTS, _events),
    Share(Holding.OLD_ROWS, _old_rows),
    Share(Holding.ACCESSES, _accesses),
)


def traces_erase(order: Order) -> list[Line]:
    """Erase what every service holds, in the open scope of all companies; returns what was done."""
    lines = [*_mask_records(order.ids), *_mask_copies(order)]
    if order.account:
        # Answers that were kept for repeated requests go within two days; not before would be too late.
        gone = IdempotencyKey.objects.filter(user_id=order.subject.user_id).delete()[0]
        lines.append(Line(holding=Holding.EVENTS, fate=Fate.DELETED, rows=gone))
    kept = _accesses(order.subject).count()
    lines.append(Line(holding=Holding.ACCESSES, fate=Fate.KEPT, rows=kept, because=Because.ACCOUNTABILITY))
    return lines


def _mask_records(ids: list[UUID]) -> Iterable[Line]:
    """Mask events, the admin's log and rows of the old file that are about ``ids``."""
    if not ids:
        return
    yield Line(holding=Holding.EVENTS, fate=Fate.MASKED, rows=events_mask(ids))
    # Parked ones that wait for an operator are applied from their copy, so that one loses its content, too.
    parked = ParkedEvent.objects.filter(aggregate_id__in=ids).exclude(state=ParkedEvent.State.PARKED)
    yield Line(holding=Holding.EVENTS, fate=Fate.DELETED, rows=parked.delete()[0])
    yield Line(
        holding=Holding.ADMIN_LOG,
        fate=Fate.MASKED,
        rows=_called("mask_admin_log", list(map(str, ids)), "text[]"),
    )
    masked = _empty_old_rows(ids)
    todo = ToDoItem.objects.filter(subject_id__in=ids).exclude(subject_name="", detail="")
    masked += todo.update(subject_name="", detail="")
    yield Line(holding=Holding.OLD_ROWS, fate=Fate.MASKED, rows=masked)


def _empty_old_rows(ids: list[UUID]) -> int:
    """Take the content out of the old file's rows that became these people; returns how many had any."""
    # One by one: what is sealed is sealed for its row.
    rows = [row for row in QuarantinedRow.objects.filter(target_id__in=ids) if row.content]
    for row in rows:
        row.content, row.corrections, row.problems, row.detail = {}, {}, {}, ""
        row.save()
    return len(rows)


def events_mask(ids: list[UUID]) -> int:
    """Take names, addresses and reasons out of the log's events about ``ids``; returns how many had any."""
    return _called("mask_personal_events", ids, "uuid[]")


def _called(function: str, ids: list[UUID] | list[str], kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s::{kind})", [ids])
        row: tuple[int] = cursor.fetchone()
    return row[0]


def _mask_copies(order: Order) -> Iterable[Line]:
    copies = 0
    if order.full:
        copies += EmployeeRef.objects.filter(pk=order.subject.employee_id).update(
            first_name=ERASED_NAME,
            last_name="",
            full_name_ar="",
            full_name_en="",
            name_folded="",
            name_ar_folded="",
        )
    if order.account:
        user_id = order.subject.user_id
        copies += UserRef.objects.filter(pk=user_id).update(
            email=erased_address(user_id),
            first_name=ERASED_NAME,
            last_name="",
            name_folded="",
            is_active=False,
        )
        if apps.is_installed("common.staff"):
            staff = apps.get_model("staff", "StaffUser").objects.filter(pk=user_id)
            masked = staff.update(
                email=erased_address(user_id), name="", is_active=False, permissions=[], session_id=None
            )
            yield Line(holding=Holding.STAFF, fate=Fate.MASKED, rows=masked)
    yield Line(holding=Holding.COPIES, fate=Fate.MASKED, rows=copies)
