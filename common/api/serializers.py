"""Serializers that take what they name and refuse the rest."""

from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self, cast

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

UNKNOWN = _("There is no such field.")

AnyField = serializers.Field[Any, Any, Any, Any]
# The JSON type of a field, where Django REST framework would take others and turn them into it: the first
# that fits counts. An amount may also come as text, which keeps every decimal.
_TYPES: tuple[tuple[type[AnyField], tuple[type, ...], type[AnyField]], ...] = (
    (serializers.BooleanField, (bool,), serializers.BooleanField),
    (serializers.IntegerField, (int, float), serializers.IntegerField),
    (serializers.FloatField, (int, float), serializers.FloatField),
    (serializers.DecimalField, (int, float, str), serializers.DecimalField),
    (serializers.CharField, (str,), serializers.CharField),
    (serializers.UUIDField, (str,), serializers.CharField),
    (serializers.DateField, (str,), serializers.CharField),
    (serializers.DateTimeField, (str,), serializers.CharField),
    (serializers.TimeField, (str,), serializers.CharField),
)


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that takes what its document promises and nothing that could be turned into it.

    A field that it does not know, that may only be read, or whose value has another type is answered with an
    error. ``typed`` is off where all values are text: in queries, and in forms, which are seen to be such.

    Requests are judged by instances that they share, so nothing in a subclass or its fields may depend on the
    request or keep anything of it: there is no context, and no ``initial_data``.
    """

    typed: ClassVar[bool] = True

    @classmethod
    def values_of(cls, data: Any) -> dict[str, Any]:
        """The validated values of ``data``; raises ValidationError (422)."""
        values: dict[str, Any] = cls.shared().run_validation(data)
        return values

    @classmethod
    def shared(cls) -> Self:
        """The instance that judges all requests in the current language."""
        return cast(Self, _shared(cls, get_language()))

    def to_internal_value(self, data: Any) -> Any:
        """The validated values; raises ValidationError that names every wrong and every unknown field."""
        problems: dict[str, list[Any]] = {}
        if isinstance(data, Mapping):
            typed = self.typed and not isinstance(data, QueryDict)
            problems = {**self._unknown(data), **(self._mistyped(data) if typed else {})}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if problems and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **problems}) from error
            raise
        if problems:
            raise serializers.ValidationError(problems)
        return values

    def _unknown(self, data: Mapping[str, Any]) -> dict[str, list[Any]]:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        return {str(name): [UNKNOWN] for name in data if name not in writable}

    def _mistyped(self, data: Mapping[str, Any]) -> dict[str, list[Any]]:
        found = {name: _wrong_type(field, data[name]) for name, field in self.fields.items() if name in data}
        return {name: [sentence] for name, sentence in found.items() if sentence}


@cache
def _shared(cls: type[StrictSerializer], language: str | None) -> StrictSerializer:
    # Making an instance copies every field, which takes several times as long as judging a request. One a
    # language, because Django REST framework's validators repeat the words that they said first.
    return cls()


def _wrong_type(field: AnyField, value: Any) -> str | Promise | None:
    """What is to be said of a value that has not the field's type; null is another matter."""
    if isinstance(field, serializers.ListField) and isinstance(value, list):
        return next((wrong for item in value if (wrong := _wrong_type(field.child, item))), None)
    for kind, types, named in _TYPES:
        if isinstance(field, kind):
            # To Python, true is a number.
            fits = isinstance(value, types) and (bool in types or not isinstance(value, bool))
            return None if fits or value is None else named.default_error_messages["invalid"]
    return None
