"""This service's share of a person's data: collected for an export, erased by an order."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.db import models
from django.db.models.functions import Now
from django.utils import translation

from common.contracts.base import from_wire, to_wire
from common.privacy import everywhere
from common.privacy.choices import SubjectKind
from common.privacy.models import Erasure
from common.privacy.plan import service_plan
from common.privacy.subjects import Erased, Order, Section, Subject
from common.security.tenancy import all_companies, person_scope


def share_collect(subject: Subject, *, language: str = "en") -> list[Section]:
    """Everything this service holds on the person as an employee of the company; kinds without rows are left out.

    Row-level security keeps it to the company's rows and the person's own.
    """
    with person_scope(subject.user_id, subject.company_id), translation.override(language):
        return list(_sections(subject))


def _sections(subject: Subject) -> Iterator[Section]:
    for share in (*service_plan().shares, *everywhere.SHARES):
        queryset = share.rows(subject)
        fields = [
            field for field in queryset.model._meta.concrete_fields if field.attname not in share.leave_out
        ]
        rows = [_row(instance, fields) for instance in queryset]
        if rows:
            yield Section(
                holding=share.holding.value,
                title=str(share.holding.label),
                labels={field.attname: str(field.verbose_name) for field in fields},
                rows=rows,
            )


def _row(instance: models.Model, fields: list["models.Field[Any, Any]"]) -> dict[str, Any]:
    """The values that say something, as JSON has them."""
    values = {field.attname: getattr(instance, field.attname) for field in fields}
    told = {name: value for name, value in values.items() if value not in (None, "", [], {})}
    row: dict[str, Any] = msgspec.to_builtins(told, enc_hook=str)
    return row


def share_erase(order: Order) -> Erased:
    """Carry out an order, once: a repeated one does nothing and gets the same answer."""
    with all_companies("erasure of a person"):
        done = Erasure.objects.filter(pk=order.request_id).first()
        if done is not None:
            return from_wire(Erased, done.answer)
        own = service_plan().erase(order)
        account = own.account or order.account
        order = msgspec.structs.replace(order, account=account)
        lines = [*own.lines, *everywhere.traces_erase(order)]
        answer = Erased(lines=[line for line in lines if line.rows], account=account)
        Erasure.objects.create(
            id=order.request_id,
            company_id=order.subject.company_id,
            kind=SubjectKind.EMPLOYEE,
            subject_id=order.subject.employee_id,
            user_id=order.subject.user_id,
            keep_until=order.keep_until,
            ids=order.ids,
            answer=to_wire(answer),
            done_at=Now(),
        )
        return answer
