"""What answers have in common, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers


class Answer(serializers.Serializer[Any]):
    """What every good answer begins with."""

    success = serializers.BooleanField(default=True)


class Pagination(serializers.Serializer[Any]):
    """Where in a list this piece is; with a cursor, only ``limit`` and ``next_cursor``."""

    page = serializers.IntegerField(required=False)
    limit = serializers.IntegerField()
    total = serializers.IntegerField(required=False)
    pages = serializers.IntegerField(required=False)
    next_cursor = serializers.CharField(allow_null=True)
