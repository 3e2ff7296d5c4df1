"""Marks: what stands in the database for a sealed value, to find it by and to see that it changed."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core import checks
from django.db import models

from common.security.encryption.cipher import mark
from common.security.encryption.fields import EncryptedField, encrypted_field

if TYPE_CHECKING:
    _Uuid = models.UUIDField[Any, Any]
else:
    _Uuid = models.UUIDField


class MarkField(_Uuid):
    """The mark of a sealed field (see :func:`common.security.encryption.cipher.mark`); fills itself in.

    A ``searchable`` one is equal for equal values of a company, so that they can be found and kept unique;
    any other only tells whether the row's own value changed. Null when there is no value.
    """

    def __init__(self, *args: Any, of: str, searchable: bool = False, **kwargs: Any) -> None:
        self.of, self.searchable = of, searchable
        super().__init__(*args, **(kwargs | {"null": True, "blank": True, "editable": False}))

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Django's serialised form of the field."""
        name, path, args, kwargs = super().deconstruct()
        own = {"of": self.of} | ({"searchable": True} if self.searchable else {})
        return (
            name,
            path,
            args,
            {k: v for k, v in kwargs.items() if k not in {"null", "blank", "editable"}} | own,
        )

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        """Django's checks, and that the mark is kept in step with its field."""
        found = super().check(**kwargs)
        if not issubclass(self.model, SealedModel):
            found.append(checks.Error("A model with marks is a SealedModel.", obj=self, id="encryption.E001"))
        if not isinstance(self.model._meta.get_field(self.of), EncryptedField):
            found.append(checks.Error(f"{self.of} is not encrypted.", obj=self, id="encryption.E002"))
        return found

    def pre_save(self, model_instance: models.Model, add: bool) -> UUID | None:
        """The mark of the present value."""
        value = getattr(model_instance, self.of)
        field = encrypted_field(type(model_instance), self.of)
        found = self.mark_of(
            field.to_python(value), getattr(model_instance, "company_id", None), field.row_id(model_instance)
        )
        setattr(model_instance, self.attname, found)
        return found

    def mark_of(self, plain: Any, company_id: UUID | None, row_id: UUID | None) -> UUID | None:
        """The mark of a plain value in a row of a company; ``row_id`` does not matter to a searchable one."""
        if plain is None or plain in ("", {}):
            return None
        field = encrypted_field(self.model, self.of)
        column = f"{self.model._meta.db_table}.{field.column}"
        row = None if self.searchable else row_id
        return mark(field.to_text(plain), column=column, company_id=company_id, row_id=row)


def mark_field(model: type[models.Model], name: str) -> MarkField:
    """The mark that goes with the model's encrypted field ``name``; raises TypeError when it has none."""
    for field in model._meta.concrete_fields:
        if isinstance(field, MarkField) and field.of == name:
            return field
    raise TypeError(f"{model._meta.label}.{name} has no MarkField.")


def mark_for(
    model: type[models.Model], name: str, value: Any, company_id: UUID | None, row_id: UUID | None = None
) -> UUID | None:
    """The mark that ``value`` would have in field ``name`` of a row of the company; None for no value."""
    return mark_field(model, name).mark_of(value, company_id, row_id)


class SealedModel(models.Model):
    """A model with sealed fields: their marks are written whenever they are."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Stores the instance; with ``update_fields``, the marks of sealed fields among them too."""
        names = kwargs.get("update_fields")
        marks = {field.of: field for field in self._meta.concrete_fields if isinstance(field, MarkField)}
        if names is not None:
            kwargs["update_fields"] = [*names, *(marks[name].name for name in names if name in marks)]
        for name, field in marks.items():
            if name in self.__dict__ and field.attname not in self.__dict__:
                # A mark that was left out of the query is made again, not left as it was.
                self.__dict__[field.attname] = None
        super().save(*args, **kwargs)
