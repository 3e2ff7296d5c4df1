"""Rows and envelopes for tests; call the model factories in the scope of the company they are of."""

from datetime import UTC, date, datetime
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from analytics_service.analytics.choices import ExpiringKind, ItemKind, Producer
from analytics_service.analytics.models import (
    CachedMetric,
    EmployeeItem,
    EmploymentFact,
    ExpiringItem,
    Report,
    StoredEvent,
)
from common.messaging.envelopes import Envelope


class EnvelopeFactory(factory.Factory[Envelope]):
    class Meta:
        model = Envelope

    id = factory.LazyFunction(uuid4)
    type = "company.deactivated"
    position = factory.Sequence(lambda number: number + 1)
    aggregate_id = factory.LazyFunction(uuid4)
    version = 1
    company_id = factory.LazyFunction(uuid4)
    occurred_at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    payload = factory.LazyFunction(dict)


class StoredEventFactory(DjangoModelFactory[StoredEvent]):
    class Meta:
        model = StoredEvent

    id = factory.LazyFunction(uuid4)
    producer = Producer.EMPLOYEE
    position = factory.Sequence(lambda number: number + 1)
    type = "employee.archived"
    company_id = factory.LazyFunction(uuid4)
    aggregate_id = factory.LazyFunction(uuid4)
    version = 1
    occurred_at = datetime(2026, 11, 22, 9, tzinfo=UTC)
    payload = factory.LazyFunction(dict)


class ReportFactory(DjangoModelFactory[Report]):
    class Meta:
        model = Report

    company_id = factory.LazyFunction(uuid4)
    kind = "headcount"
    requested_by = factory.LazyFunction(uuid4)


class CachedMetricFactory(DjangoModelFactory[CachedMetric]):
    class Meta:
        model = CachedMetric

    company_id = factory.LazyFunction(uuid4)
    metric = "headcount"
    day = date(2026, 11, 22)
    value = 42


class EmploymentFactFactory(DjangoModelFactory[EmploymentFact]):
    class Meta:
        model = EmploymentFact

    employee_id = factory.LazyFunction(uuid4)
    company_id = factory.LazyFunction(uuid4)
    is_counted = True
    hire_date = known_on = joined_on = date(2026, 11, 22)
    departments = factory.LazyFunction(lambda: [[None, None]])


class EmployeeItemFactory(DjangoModelFactory[EmployeeItem]):
    class Meta:
        model = EmployeeItem

    id = factory.LazyFunction(uuid4)
    company_id = factory.LazyFunction(uuid4)
    employee_id = factory.LazyFunction(uuid4)
    kind = ItemKind.LEAVE
    type = "annual"
    status = "approved"
    starts_on = date(2026, 11, 22)
    ends_on = date(2026, 11, 24)
    quantity = 3


class ExpiringItemFactory(DjangoModelFactory[ExpiringItem]):
    class Meta:
        model = ExpiringItem

    id = factory.LazyFunction(uuid4)
    company_id = factory.LazyFunction(uuid4)
    kind = ExpiringKind.DOCUMENT
    expires_on = date(2026, 11, 22)
