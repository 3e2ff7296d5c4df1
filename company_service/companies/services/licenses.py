"""Writes of licences."""

from datetime import date
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.contracts.company import LicenseCreated, LicenseUpdated
from common.days import today
from common.messaging.services import publish
from common.observability.context import current_actor_id
from common.search import fold
from company_service.companies.choices import LicenseStatus
from company_service.companies.exceptions import (
    CompanyNotFoundError,
    LicenseNotExtendedError,
    LicenseNotFoundError,
    LicenseNumberTakenError,
    LicensePeriodError,
)
from company_service.companies.models import Company, License, LicensePeriod
from company_service.companies.refusals import refused_by

NUMBERS = "licenses_of_a_type_have_different_numbers"


class LicenseFields(TypedDict, total=False):
    """What may be said about a licence; ``expires_on`` is its last valid day."""

    number: str
    name: str
    type: str
    status: str
    issuing_authority: str
    issued_on: date | None
    expires_on: date | None
    location: str
    description: str


@transaction.atomic
def license_create(*, company_id: UUID, **fields: Unpack[LicenseFields]) -> License:
    """Enter a licence; ``number``, ``name`` and ``type`` are needed. Without a status it follows from the end.

    Raises CompanyNotFoundError, LicensePeriodError and LicenseNumberTakenError.
    """
    if not Company.objects.filter(pk=company_id).exists():
        raise CompanyNotFoundError
    entered = License(company_id=company_id, **fields)
    _settle(entered, fields.get("status"))
    _save(entered)
    publish(
        LicenseCreated(
            license_id=entered.id,
            company_id=company_id,
            number=entered.number,
            name=entered.name,
            license_type=entered.type,
            status=entered.status,
            issued_on=entered.issued_on,
            expires_on=entered.expires_on,
        ),
        aggregate_id=entered.id,
        company_id=company_id,
        version=entered.version,
    )
    return entered


@transaction.atomic
def license_update(*, license_id: UUID, **changes: Unpack[LicenseFields]) -> License:
    """Correct a licence; what stays the same publishes nothing. Another end has notices of its own.

    Raises LicenseNotFoundError, LicensePeriodError and LicenseNumberTakenError.
    """
    kept = _locked(license_id)
    changed = {name for name, value in changes.items() if getattr(kept, name) != value}
    if not changed:
        return kept
    for name in changed:
        setattr(kept, name, changes[name])  # type: ignore[literal-required]
    _settle(kept, changes.get("status"))
    _save_changed(kept)
    return kept


@transaction.atomic
def license_renew(
    *, license_id: UUID, issued_on: date, expires_on: date, number: str | None = None
) -> License:
    """Put a licence into its next period; the one before is kept as renewed, and no more told of.

    A pending licence comes into force. Raises LicenseNotFoundError, LicensePeriodError, LicenseNumberTakenError,
    and LicenseNotExtendedError when it does not become valid for longer.
    """
    renewed = _locked(license_id)
    if renewed.expires_on is not None and expires_on <= renewed.expires_on:
        raise LicenseNotExtendedError(details={"expires_on": [str(renewed.expires_on)]})
    if renewed.issued_on is not None and issued_on <= renewed.issued_on:
        raise LicensePeriodError(details={"issued_on": [_("The period before begins later.")]})
    if renewed.issued_on is not None or renewed.expires_on is not None:
        LicensePeriod.objects.create(
            company_id=renewed.company_id,
            license=renewed,
            number=renewed.number,
            issued_on=renewed.issued_on,
            expires_on=renewed.expires_on,
            renewed_by=current_actor_id(),
        )
    renewed.issued_on, renewed.expires_on = issued_on, expires_on
    renewed.number = number or renewed.number
    renewed.status = LicenseStatus.ACTIVE
    _settle(renewed)
    _save_changed(renewed)
    return renewed


@transaction.atomic
def license_withdraw(*, license_id: UUID) -> License:
    """Take a licence out of use; its history stays. Raises LicenseNotFoundError."""
    withdrawn = _locked(license_id)
    withdrawn.is_active = False
    _save_changed(withdrawn)
    return withdrawn


def _locked(license_id: UUID) -> License:
    """The licence, held against notices, renewals and corrections at the same time."""
    found = License.objects.select_for_update(no_key=True).filter(pk=license_id, is_active=True).first()
    if found is None:
        raise LicenseNotFoundError
    return found


def _settle(entered: License, said: str | None = None) -> None:
    """Let the status follow from the end, unless the licence is pending; refuse dates that contradict it."""
    issued_on, expires_on = entered.issued_on, entered.expires_on
    if issued_on is not None and expires_on is not None and issued_on > expires_on:
        raise LicensePeriodError(details={"expires_on": [_("A licence ends after it begins.")]})
    if expires_on is None or entered.status == LicenseStatus.PENDING:
        return
    entered.status = LicenseStatus.EXPIRED if expires_on < today() else LicenseStatus.ACTIVE
    if said is not None and said != entered.status:
        raise LicensePeriodError(details={"status": [_("The dates say otherwise.")]})


def _save(entered: License) -> None:
    entered.number_folded, entered.name_folded = fold(entered.number), fold(entered.name)
    with refused_by(NUMBERS, LicenseNumberTakenError):
        entered.save()


def _save_changed(kept: License) -> None:
    kept.updated_at = timezone.now()
    kept.version += 1
    _save(kept)
    publish(
        LicenseUpdated(
            license_id=kept.id,
            company_id=kept.company_id,
            number=kept.number,
            name=kept.name,
            license_type=kept.type,
            status=kept.status,
            issued_on=kept.issued_on,
            expires_on=kept.expires_on,
            is_active=kept.is_active,
        ),
        aggregate_id=kept.id,
        company_id=kept.company_id,
        version=kept.version,
    )
