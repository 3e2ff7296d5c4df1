"""Agreed pay: set aside when a hire begins, so that neither its saga nor its commands carry any."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from msgspec.structs import replace

from common.contracts.employee import CreateEmployee
from common.sagas.registry import Finished
from employee_service.employees.models import AgreedPay, BulkHireRow
from employee_service.sagas.create_employee import CreateEmployeeData

_PIECE: Final = 2_000


def pay_set_aside(people: Sequence[CreateEmployeeData]) -> list[CreateEmployeeData]:
    """The same people without their pay, which is kept here, in the caller's transaction and scope."""
    AgreedPay.objects.bulk_create(
        AgreedPay(
            employee_id=person.employee.employee_id,
            company_id=person.employee.company_id,
            salary=Decimal(person.employee.salary),
        )
        for person in people
        if person.employee.salary is not None
    )
    return [replace(person, employee=replace(person.employee, salary=None)) for person in people]


def pay_agreed(commands: Sequence[CreateEmployee]) -> dict[UUID, Decimal]:
    """What those who are to be hired earn, by employee; nobody whose pay was not said."""
    # A hire that began before pay was kept here has it in its command.
    said = {c.employee_id: Decimal(c.salary) for c in commands if c.salary is not None}
    kept = AgreedPay.objects.filter(employee_id__in=[c.employee_id for c in commands])
    return said | {pay.employee_id: pay.salary for pay in kept}


def pay_carry_over(new_ids: Mapping[UUID, UUID]) -> None:
    """Keep the pay of those who are tried again for their new ids instead of their old ones."""
    old = list(AgreedPay.objects.filter(employee_id__in=new_ids))
    AgreedPay.objects.bulk_create(
        AgreedPay(employee_id=new_ids[pay.employee_id], company_id=pay.company_id, salary=pay.salary)
        for pay in old
    )
    pay_forget([pay.employee_id for pay in old])


def pay_forget(employee_ids: Collection[UUID]) -> None:
    """Forget what these people were to earn: their records say it now, or nobody will hire them."""
    AgreedPay.objects.filter(employee_id__in=employee_ids).delete()


def pay_forget_undone(finished: Sequence[Finished]) -> None:
    """Forget the pay of hires that were undone, except in bulk hires, where they may be tried again."""
    undone = {saga.data.employee.employee_id for saga in finished}
    tried_again = BulkHireRow.objects.filter(saga_id__in=[saga.instance.id for saga in finished])
    pay_forget(undone - set(tried_again.values_list("employee_id", flat=True)))


def pay_of_undone(before: datetime) -> QuerySet[AgreedPay]:
    """What waits for another try of hires that were undone in bulk hires which ended before that."""
    ended = BulkHireRow.objects.filter(employee_id=OuterRef("employee_id"), job__finished_at__lt=before)
    return AgreedPay.objects.filter(Exists(ended.filter(company_id=OuterRef("company_id"))))


def pay_forget_old(before: datetime) -> int:
    """Forget a piece of :func:`pay_of_undone`; how many that were. Who is tried again later has no pay agreed."""
    old = list(pay_of_undone(before).values_list("employee_id", flat=True)[:_PIECE])
    pay_forget(old)
    return len(old)
