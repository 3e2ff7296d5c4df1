"""What a field of a JSON body takes: the type that the OpenAPI document promises, and no other."""

from typing import Any

import pytest
from django.http import QueryDict
from rest_framework import serializers

from common.api.query import StrictQuery
from common.api.serializers import StrictSerializer


class Part(StrictSerializer):
    name = serializers.CharField()


class Thing(StrictSerializer):
    text = serializers.CharField(required=False, allow_null=True)
    email = serializers.EmailField(required=False)
    owner = serializers.UUIDField(required=False)
    count = serializers.IntegerField(required=False)
    rating = serializers.FloatField(required=False)
    amount = serializers.DecimalField(max_digits=9, decimal_places=3, required=False)
    open = serializers.BooleanField(required=False)
    day = serializers.DateField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    part = Part(required=False)


def wrong(**values: Any) -> list[str]:
    thing = Thing(data=values)
    thing.is_valid()
    return list(thing.errors)


@pytest.mark.parametrize(
    "values",
    [
        {"text": 7},
        {"text": 1.5},
        {"email": 7},
        {"owner": 7},
        {"count": "7"},
        {"count": True},
        {"count": 1.5},
        {"rating": "1.5"},
        {"rating": True},
        {"amount": True},
        {"amount": []},
        {"open": "true"},
        {"open": 1},
        {"open": "yes"},
        {"day": 20260101},
        {"tags": ["a", 7]},
        {"tags": "a"},
        {"part": {"name": 7}},
        {"part": "name"},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_an_error_of_its_field(values: dict[str, Any]) -> None:
    assert wrong(**values) == list(values)


@pytest.mark.parametrize(
    "values",
    [
        {"text": None},
        {"text": "7", "count": 7, "rating": 1, "amount": 1.5, "open": False},
        {"count": 7.0, "amount": "1.500"},
        {"owner": "6F9619FF-8B86-D011-B42D-00CF4FC964FF", "day": "2026-01-01"},
        {"tags": ["a", "b"], "part": {"name": "c"}},
    ],
    ids=str,
)
def test_the_type_that_is_promised_is_taken(values: dict[str, Any]) -> None:
    assert wrong(**values) == []


def test_a_form_and_a_query_have_text_only() -> None:
    form = Thing(data=QueryDict("text=7&count=7&open=true&amount=1.5"))
    assert form.is_valid(), form.errors

    class Query(StrictQuery):
        count = serializers.IntegerField()
        open = serializers.BooleanField()

    query = Query(data={"count": "7", "open": "true"})
    assert query.is_valid(), query.errors
