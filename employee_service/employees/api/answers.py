"""The envelopes of answers, for the OpenAPI document."""

from rest_framework import serializers

from common.api.answers import Answer, Pagination
from common.api.schema import ErrorResponse
from employee_service.employees.api.serializers import (
    EmployeeAnswer,
    ProfileAnswer,
    RelationshipAnswer,
    SagaAnswer,
    StatisticsAnswer,
)

Refusal = ErrorResponse


class EmployeeList(Answer):
    """Employees."""

    employees = EmployeeAnswer(many=True)
    pagination = Pagination()


class OneEmployee(Answer):
    """An employee."""

    employee = EmployeeAnswer()


class OneProfile(Answer):
    """A profile."""

    profile = ProfileAnswer()


class RelationshipList(Answer):
    """Lines to others."""

    relationships = RelationshipAnswer(many=True)


class OneRelationship(Answer):
    """A line to another."""

    relationship = RelationshipAnswer()


class OneStatistics(Answer):
    """A company's numbers."""

    statistics = StatisticsAnswer()


class OneSaga(Answer):
    """A saga."""

    saga = SagaAnswer()


class Done(Answer):
    """It was done."""

    message = serializers.CharField()
