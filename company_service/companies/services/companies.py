"""Writes of companies and their settings."""

from datetime import date, datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from common.contracts.company import CompanyCreated, CompanyDeactivated, CompanyUpdated
from common.messaging.services import publish
from common.search import company_name_folded
from company_service.companies.exceptions import CompanyNameTakenError, CompanyNotFoundError
from company_service.companies.models import Company, CompanySetting
from company_service.companies.refusals import refused_by


class CompanyFields(TypedDict, total=False):
    """What may be said about a company; the database knows the limits."""

    name: str
    name_ar: str
    description: str
    industry: str
    size: str
    website: str
    phone: str
    email: str
    logo_url: str
    street: str
    city: str
    state: str
    zip_code: str
    country: str
    is_active: bool
    seat_limit: int | None
    subscription_plan: str
    subscription_expires_at: datetime | None
    commercial_file_number: str
    commercial_file_name: str
    commercial_file_active: bool
    commercial_registration_number: str
    establishment_date: date | None
    classification: str
    department: str
    file_type: str
    legal_entity: str
    ownership_category: str
    business_activity: str
    location: str
    tax_number: str
    chambers: str
    partnerships: list[str]
    import_export_license: str
    special_permits: list[str]


@transaction.atomic
def company_create(**fields: Unpack[CompanyFields]) -> Company:
    """Create a company; ``name`` is needed. Raises CompanyNameTakenError."""
    company = Company(**fields)
    _fold_names(company)
    _save_under_its_name(company)
    publish(
        CompanyCreated(
            company_id=company.id, name=company.name, name_ar=company.name_ar, is_active=company.is_active
        ),
        aggregate_id=company.id,
        company_id=company.id,
        version=company.version,
    )
    return company


@transaction.atomic
def company_update(*, company_id: UUID, **changes: Unpack[CompanyFields]) -> Company:
    """Change a company; what stays the same publishes nothing.

    Ending ``is_active`` publishes company.deactivated, after company.updated where more has changed.
    Raises CompanyNotFoundError and CompanyNameTakenError.
    """
    # Stronger than the update itself needs: hires hold a share lock, so they see the company before or after.
    company = _locked(company_id)
    changed = {name for name, value in changes.items() if getattr(company, name) != value}
    if not changed:
        return company
    for name in changed:
        setattr(company, name, changes[name])  # type: ignore[literal-required]
    _fold_names(company)
    deactivated = "is_active" in changed and not company.is_active
    events: list[CompanyUpdated | CompanyDeactivated] = []
    if changed != {"is_active"} or not deactivated:
        events.append(_updated(company))
    if deactivated:
        events.append(CompanyDeactivated(company_id=company.id))
    company.updated_at = timezone.now()
    company.version += len(events)
    if "name" in changed:
        _save_under_its_name(company)
    else:
        company.save()
    for version, event in enumerate(events, start=company.version - len(events) + 1):
        publish(event, aggregate_id=company.id, company_id=company.id, version=version)
    return company


def company_deactivate(*, company_id: UUID) -> Company:
    """End a company's hiring; its people and their records stay. Raises CompanyNotFoundError."""
    return company_update(company_id=company_id, is_active=False)


@transaction.atomic
def setting_set(
    *, company_id: UUID, key: str, value: str, description: str | None = None, is_public: bool | None = None
) -> CompanySetting:
    """Set a value, leaving what is None as it was; publishes company.updated when something changed.

    Raises CompanyNotFoundError.
    """
    company = _locked(company_id, no_key=True)
    given: dict[str, Any] = {"value": value, "description": description, "is_public": is_public}
    given = {name: content for name, content in given.items() if content is not None}
    setting = CompanySetting.objects.filter(company=company, key=key).first()
    if setting is not None and all(getattr(setting, name) == content for name, content in given.items()):
        return setting
    setting = setting or CompanySetting(company=company, key=key)
    for name, content in given.items():
        setattr(setting, name, content)
    company.updated_at = setting.updated_at = timezone.now()
    company.version += 1
    setting.save()
    company.save(update_fields=["version", "updated_at"])
    publish(_updated(company), aggregate_id=company.id, company_id=company.id, version=company.version)
    return setting


def _locked(company_id: UUID, *, no_key: bool = False) -> Company:
    company = Company.objects.select_for_update(no_key=no_key).filter(pk=company_id).first()
    if company is None:
        raise CompanyNotFoundError
    return company


def _fold_names(company: Company) -> None:
    company.name_folded = company_name_folded(company.name)
    company.name_ar_folded = company_name_folded(company.name_ar)


def _save_under_its_name(company: Company) -> None:
    """Save, refusing a name in use: the constraint compares new companies, the imported are looked up."""
    others = Company.objects.filter(name__iexact=company.name)
    if not company._state.adding:
        others = others.exclude(pk=company.pk)
    if others.exists():
        raise CompanyNameTakenError
    with refused_by("new_companies_have_different_names", CompanyNameTakenError):
        company.save()


def _updated(company: Company) -> CompanyUpdated:
    return CompanyUpdated(
        company_id=company.id, name=company.name, name_ar=company.name_ar, is_active=company.is_active
    )
