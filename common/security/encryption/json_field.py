"""A model field of JSON that is sealed in the database: what people or files said, and may be about anything."""

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from common.security.encryption.fields import EncryptedField, Sealed

if TYPE_CHECKING:
    _Json = models.JSONField[Any, Any]
else:
    _Json = models.JSONField


class EncryptedJSONField(EncryptedField, _Json):
    """Any JSON value, sealed as a whole; None is stored as NULL, and an empty object as an empty text.

    A value that was read is sealed again when another one is assigned, not when it is changed in place.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """What the database has: nothing, an empty object, or a sealed value."""
        return {} if value == "" else super().from_db_value(value, expression, connection)

    def get_prep_value(self, value: Any) -> str | None:
        """Only what was sealed for its row goes to the database."""
        return super().get_prep_value("" if value == {} else value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value sealed for its row, unless it says nothing."""
        value = model_instance.__dict__.get(self.attname)
        if value == "":
            # As a document it says more than nothing, and stored as it is it would be an empty object.
            value = Sealed(self.sealed(value, self.row_id(model_instance)), value)
            model_instance.__dict__[self.attname] = value
        return "" if value == {} else super().pre_save(model_instance, add)

    def to_text(self, plain: Any) -> str:
        """The value as JSON, equal for equal values."""
        encoder = self.encoder or DjangoJSONEncoder
        return json.dumps(plain, cls=encoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    def get_transform(self, lookup_name: str) -> Any:
        """None: the database cannot look into it."""
        raise self._refusal("is sealed and not looked into by the database")

    def from_text(self, text: str) -> Any:
        """The value of JSON made by :meth:`to_text`."""
        return json.loads(text, cls=self.decoder)
