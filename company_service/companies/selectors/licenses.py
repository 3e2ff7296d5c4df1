"""Reads of licences: what is in force, what ends when, and what was valid before."""

from datetime import date, timedelta
from uuid import UUID

from django.db.models import Case, F, Func, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from common.search import fold
from company_service.companies.choices import LicenseStatus
from company_service.companies.exceptions import CompanyNotFoundError, LicenseNotFoundError
from company_service.companies.models import Company, License, LicensePeriod


class DaysUntil(Func):
    """The days from ``today`` to a date column; negative when it is past, null without a date."""

    template = "(%(expressions)s)"
    arg_joiner = " - "
    output_field = IntegerField()

    def __init__(self, column: str, today: date) -> None:
        super().__init__(F(column), Func(Value(today), template="%(expressions)s::date"))


def licenses_today(licenses: QuerySet[License], today: date) -> QuerySet[License]:
    """``licenses`` with ``days_left`` and ``shown_status`` as they are on the day ``today``."""
    return licenses.annotate(
        **{"days_left": DaysUntil("expires_on", today), "shown_status": status_on(today)}
    )


def status_on(today: date) -> Combinable:
    """A licence's status on the day ``today``: one in force whose end is past has expired, told of or not."""
    return Case(
        When(status=LicenseStatus.ACTIVE, expires_on__lt=today, then=Value(LicenseStatus.EXPIRED.value)),
        default=F("status"),
    )


def of_status(status: str, today: date) -> Q:
    """The condition for licences whose status on the day ``today`` is ``status``."""
    over = Q(status=LicenseStatus.ACTIVE, expires_on__lt=today)
    if status == LicenseStatus.EXPIRED:
        return Q(status=status) | over
    return Q(status=status) & ~over if status == LicenseStatus.ACTIVE else Q(status=status)


def ends_within(days: int, today: date) -> Q:
    """The condition for licences whose last valid day is one of the next ``days`` days, or today."""
    return Q(expires_on__range=(today, today + timedelta(days=days)))


def license_list(
    *,
    company_id: UUID,
    today: date,
    search: str = "",
    status: str = "",
    type: str = "",
    expires_before: date | None = None,
) -> QuerySet[License]:
    """A company's licences, newest first; ``search`` is the beginning of a number or name.

    Raises CompanyNotFoundError.
    """
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    licenses = License.objects.filter(company_id=company_id, is_active=True)
    if fold(search):
        licenses = licenses.filter(
            Q(number_folded__folded_prefix=search) | Q(name_folded__folded_prefix=search)
        )
    if status:
        licenses = licenses.filter(of_status(status, today))
    if type:
        licenses = licenses.filter(type=type)
    if expires_before is not None:
        licenses = licenses.filter(expires_on__lt=expires_before)
    return licenses


def licenses_expiring(
    *, today: date, days: int, include_expired: bool = False, company_id: UUID | None = None
) -> QuerySet[License]:
    """Licences whose last valid day comes within ``days`` days, and the overdue ones if asked for.

    Of one company, or of all that the scope shows.
    """
    licenses = License.objects.filter(is_active=True)
    last = Q(expires_on__lte=today + timedelta(days=days))
    licenses = licenses.filter(last if include_expired else ends_within(days, today))
    # Said beside row-level security, for the index that begins with the company.
    return licenses if company_id is None else licenses.filter(company_id=company_id)


def license_get(license_id: UUID, today: date) -> License:
    """The licence as of ``today``; raises LicenseNotFoundError, also for a withdrawn or another company's."""
    licenses = License.objects.filter(pk=license_id, is_active=True)
    found = licenses_today(licenses, today).first()
    if found is None:
        raise LicenseNotFoundError
    return found


def license_periods(license_id: UUID) -> QuerySet[LicensePeriod]:
    """The periods of a licence that renewals have ended, the latest first."""
    return LicensePeriod.objects.filter(license_id=license_id).order_by("-id")
