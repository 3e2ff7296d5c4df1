"""The envelopes of answers, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from common.api.schema import ErrorResponse
from employee_service.employees.api.serializers import (
    EmployeeAnswer,
    ProfileAnswer,
    RelationshipAnswer,
    SagaAnswer,
    StatisticsAnswer,
)

Refusal = ErrorResponse


class Envelope(serializers.Serializer[Any]):
    """What every good answer begins with."""

    success = serializers.BooleanField(default=True)


class Pagination(serializers.Serializer[Any]):
    """Where in the list this piece is; with a cursor, only ``limit`` and ``next_cursor``."""

    page = serializers.IntegerField(required=False)
    limit = serializers.IntegerField()
    total = serializers.IntegerField(required=False)
    pages = serializers.IntegerField(required=False)
    next_cursor = serializers.CharField(allow_null=True)


class EmployeeList(Envelope):
    """Employees."""

    employees = EmployeeAnswer(many=True)
    pagination = Pagination()


class OneEmployee(Envelope):
    """An employee."""

    employee = EmployeeAnswer()


class OneProfile(Envelope):
    """A profile."""

    profile = ProfileAnswer()


class RelationshipList(Envelope):
    """Lines to others."""

    relationships = RelationshipAnswer(many=True)


class OneRelationship(Envelope):
    """A line to another."""

    relationship = RelationshipAnswer()


class OneStatistics(Envelope):
    """A company's numbers."""

    statistics = StatisticsAnswer()


class OneSaga(Envelope):
    """A saga."""

    saga = SagaAnswer()


class Done(Envelope):
    """It was done."""

    message = serializers.CharField()
