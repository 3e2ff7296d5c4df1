"""Serializers that take what they name and refuse the rest."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

UNKNOWN = _("There is no such field.")


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that answers fields it does not know, or that may only be read, with an error each."""

    def to_internal_value(self, data: Any) -> Any:
        """The validated values; raises ValidationError that names every wrong and every unknown field."""
        problems = self._unknown(data) if isinstance(data, Mapping) else {}
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
