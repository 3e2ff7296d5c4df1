"""Query strings as typed values: what is not declared, or comes twice, is refused."""

from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.settings import api_settings

from common.api.serializers import StrictSerializer

REPEATED = _("This parameter may be given only once.")
LARGEST_PAGE = 1_000_000


class StrictQuery(StrictSerializer):
    """The parameters that an address takes.

    An unknown parameter and a wrong value raise ValidationError (422). A list parameter
    (``ListField``, ``MultipleChoiceField``) may be repeated, every other one must not.
    """

    typed = False

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The validated parameters of ``request``; one that was not given and has no default is missing."""
        return cls.values_of(cls.shared()._collected(request))

    def _collected(self: Self, request: Request) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, given in request.query_params.lists():
            if name == api_settings.URL_FORMAT_OVERRIDE:
                continue  # DRF's own: the browsable API's choice of a format
            if isinstance(self.fields.get(name), (serializers.ListField, serializers.MultipleChoiceField)):
                values[name] = given
            elif len(given) > 1:
                raise serializers.ValidationError({name: [REPEATED]})
            else:
                values[name] = given[0]
        return values


class ListQuery(StrictQuery):
    """What every list takes: ``page`` and ``limit``, or ``cursor`` (empty for the start) and ``limit``."""

    page = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=1000)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a page together with a cursor: they contradict each other."""
        if "page" in attrs and "cursor" in attrs:
            raise serializers.ValidationError({"cursor": [_("Give either a page or a cursor.")]})
        return attrs
