"""Rows for tests. Companies and departments are made by services, so their events are there too."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import factory

from common.contracts.company import UPDATE_HEADCOUNT, UpdateHeadcount
from common.messaging.models import EventRecord
from common.sagas.outcomes import Call
from company_service.companies import services
from company_service.companies.models import Company, CompanySetting, Department, HeadcountEntry, License


class CompanyFactory(factory.django.DjangoModelFactory[Company]):
    """A company; needs a scope of all companies."""

    name = factory.Sequence(lambda number: f"Pearl Trading {number}")

    class Meta:
        model = Company

    @classmethod
    def _create(cls, model_class: type[Company], *args: Any, **kwargs: Any) -> Company:
        return services.company_create(**kwargs)


class DepartmentFactory(factory.django.DjangoModelFactory[Department]):
    """A department of ``company``, inside ``parent`` if one is given."""

    company = factory.SubFactory(CompanyFactory)
    parent = None
    name = factory.Sequence(lambda number: f"Department {number}")

    class Meta:
        model = Department

    @classmethod
    def _create(cls, model_class: type[Department], *args: Any, **kwargs: Any) -> Department:
        company, parent = kwargs.pop("company"), kwargs.pop("parent")
        parent_id = parent.pk if parent is not None else None
        return services.department_create(company_id=company.pk, parent_id=parent_id, **kwargs)


class SettingFactory(factory.django.DjangoModelFactory[CompanySetting]):
    """A setting of ``company``."""

    company = factory.SubFactory(CompanyFactory)
    key = factory.Sequence(lambda number: f"setting.{number}")
    value = "on"

    class Meta:
        model = CompanySetting


class LicenseFactory(factory.django.DjangoModelFactory[License]):
    """A licence of ``company``, made by the service, so that its event is there too."""

    company = factory.SubFactory(CompanyFactory)
    number = factory.Sequence(lambda number: f"2019/{number}")
    name = "Main licence"
    type = "main"

    class Meta:
        model = License

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> License:
        return services.license_create(company_id=kwargs.pop("company").pk, **kwargs)


class EntryFactory(factory.django.DjangoModelFactory[HeadcountEntry]):
    """One person more in ``company``."""

    company = factory.SubFactory(CompanyFactory)
    employee_id = factory.LazyFunction(uuid4)
    source_key = factory.Sequence(lambda number: f"test:{number}")
    delta = 1
    reason = "test"

    class Meta:
        model = HeadcountEntry


def hire_call(
    company_id: UUID, *, department_id: UUID | None = None, delta: int = 1
) -> Call[UpdateHeadcount]:
    """The call of a saga that hires one person."""
    command = UpdateHeadcount(
        company_id=company_id, employee_id=uuid4(), department_id=department_id, delta=delta
    )
    return Call(saga_id=uuid4(), step=UPDATE_HEADCOUNT, company_id=company_id, command=command)


def hire_calls(company_id: UUID, count: int) -> Sequence[Call[UpdateHeadcount]]:
    """The calls of ``count`` sagas."""
    return [hire_call(company_id) for _ in range(count)]


def events_of(*aggregates: UUID) -> list[tuple[str, int]]:
    """Type and version of the events about ``aggregates``, in the order they were written."""
    records = EventRecord.objects.filter(aggregate_id__in=aggregates).order_by("id")
    return list(records.values_list("type", "version"))


def payloads(event_type: str) -> list[dict[str, Any]]:
    """The events of one type, in the order they were written."""
    return list(EventRecord.objects.filter(type=event_type).order_by("id").values_list("payload", flat=True))


def with_moments(row: dict[str, Any]) -> dict[str, Any]:
    """An answer's row with its times read: PostgreSQL spells them otherwise than Python does."""
    return row | {name: datetime.fromisoformat(row[name]) for name in row if name.endswith("_at")}
