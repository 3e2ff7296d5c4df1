"""Model fields whose values are sealed in the database and plain in Python.

    class Person(SealedModel):
        id = models.UUIDField(primary_key=True, default=uuid4)
        civil_id = EncryptedTextField(max_length=32, blank=True)
        civil_id_mark = MarkField(of="civil_id", searchable=True)
        salary = EncryptedDecimalField(max_digits=12, decimal_places=3, null=True)
        salary_mark = MarkField(of="salary")

``person.salary`` is a Decimal, opened when it is first asked for. Find by ``civil_id_mark=mark_for(Person,
"civil_id", value, company_id)``. Sealed columns are not filtered, ordered or aggregated by, and not written by
``update()`` or ``bulk_update()``, which do not know the row: use ``save()`` or ``bulk_create()``.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.core.exceptions import FieldError
from django.core.validators import MinValueValidator
from django.db import DataError, models
from django.db.models.query_utils import DeferredAttribute
from django.utils.functional import cached_property

from common.security.encryption.cipher import seal, unseal

if TYPE_CHECKING:
    _Field = models.Field[Any, Any]
    _Text = models.CharField[Any, Any]
    _Decimal = models.DecimalField[Any, Any]
else:
    _Field, _Text, _Decimal = models.Field, models.CharField, models.DecimalField

_ALLOWED_LOOKUPS: Final = frozenset({"isnull"})


class Sealed:
    """A value as the database has it; :meth:`opened` makes it plain, once."""

    __slots__ = ("_plain", "text")

    def __init__(self, text: str, *plain: Any) -> None:
        self.text = text
        # One value, or none as long as it was not opened: None is a value like any other.
        self._plain = plain

    def opened(self, field: "EncryptedField", row_id: UUID) -> Any:
        """The plain value; raises KeyMissingError and SealBrokenError."""
        if not self._plain:
            self._plain = (field.opened(self.text, row_id),)
        return self._plain[0]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return "<sealed>"


class _Opening(DeferredAttribute):
    """The attribute of a sealed field: plain to whoever reads it, sealed in the instance until then."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, cls: Any = None) -> Any:
        if instance is None:
            return self
        value = super().__get__(instance, cls)
        return value.opened(self.field, self.field.row_id(instance)) if isinstance(value, Sealed) else value

    def __set__(self, instance: models.Model, value: Any) -> None:
        instance.__dict__[self.field.attname] = value


class EncryptedField(_Field):
    """What the encrypted fields have in common; ``row`` is the UUID field that says which row it is."""

    descriptor_class = _Opening

    def __init__(self, *args: Any, row: str = "id", **kwargs: Any) -> None:
        self.row = row
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Django's serialised form of the field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"row": self.row} if self.row != "id" else {})

    def get_internal_type(self) -> str:
        """To the database every sealed value is a text."""
        return "TextField"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """What the database has: nothing, an empty text, or a sealed value."""
        return Sealed(value) if value else value

    def get_prep_value(self, value: Any) -> str | None:
        """Only what was sealed for its row goes to the database."""
        if value is None:
            return None
        if value == "":
            return ""
        if isinstance(value, Sealed):
            return value.text
        raise self._refusal("is sealed for its row: write it by save() or bulk_create()")

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """The same, without the ways of the field that it is in Python."""
        return value if hasattr(value, "as_sql") else self.get_prep_value(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The value sealed for its row; one that did not change keeps its seal."""
        value = model_instance.__dict__.get(self.attname)
        if value is None or value == "" or hasattr(value, "as_sql"):
            return value
        if not isinstance(value, Sealed):
            plain = self.to_python(value)
            value = Sealed(self.sealed(plain, self.row_id(model_instance)), plain)
            model_instance.__dict__[self.attname] = value
        return value

    def get_lookup(self, lookup_name: str) -> Any:
        """Whether there is a value can be asked, and nothing else; raises FieldError."""
        if lookup_name not in _ALLOWED_LOOKUPS:
            raise self._refusal("is sealed and not compared in the database: look for its mark")
        return super().get_lookup(lookup_name)

    def value_to_string(self, obj: models.Model) -> str:
        """Serialised by Django's own tools (dumpdata), a value stays sealed."""
        value = self.pre_save(obj, False)
        return value.text if isinstance(value, Sealed) else ""

    def row_id(self, instance: models.Model) -> UUID:
        """Which row a value of ``instance`` is sealed for."""
        row_id = getattr(instance, self.row)
        if not isinstance(row_id, UUID):
            raise TypeError(
                f"{self._place} needs the row's UUID in {self.row!r} before it is stored: give it a default."
            )
        return row_id

    def sealed(self, plain: Any, row_id: UUID) -> str:
        """A plain value as it is stored in the row."""
        return seal(
            self.to_text(plain), table=self.model._meta.db_table, column=self.stored_in, row_id=row_id
        )

    def opened(self, sealed: str, row_id: UUID | str) -> Any:
        """The plain value of what is stored in the row; raises KeyMissingError and SealBrokenError."""
        table = self.model._meta.db_table
        return self.from_text(unseal(sealed, table=table, column=self.stored_in, row_id=row_id))

    def to_text(self, plain: Any) -> str:
        """The text that is sealed and marked; one text for equal values."""
        return str(plain)

    def from_text(self, text: str) -> Any:
        """The value of a text made by :meth:`to_text`."""
        return text

    @property
    def stored_in(self) -> str:
        """The column's name, which is part of what a value is sealed for."""
        return str(self.column)

    @property
    def _place(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def _refusal(self, why: str) -> FieldError:
        return FieldError(f"{self._place} {why}.")


class EncryptedTextField(EncryptedField, _Text):
    """A text that is sealed in the database; an empty one is stored as such. ``max_length`` is of the plain text."""

    def to_text(self, plain: Any) -> str:
        """The text itself; raises DataError for one that is too long, as the database would."""
        text = str(plain)
        if self.max_length is not None and len(text) > self.max_length:
            raise DataError(f"{self._place} takes {self.max_length} characters and not {len(text)}.")
        return text


class EncryptedDecimalField(EncryptedField, _Decimal):
    """A number that is sealed in the database, with as many places as ``decimal_places``.

    Nothing in the database can check it, so the field does: ``minimum`` is the least that it takes.
    """

    def __init__(self, *args: Any, minimum: int | None = None, **kwargs: Any) -> None:
        self.minimum = minimum
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Django's serialised form of the field."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | ({"minimum": self.minimum} if self.minimum is not None else {})

    @cached_property
    def validators(self) -> list[Any]:
        """Those of a decimal number, and that it is not too small."""
        least = [] if self.minimum is None else [MinValueValidator(self.minimum)]
        return [*super().validators, *least]

    @cached_property
    def _limit(self) -> Decimal:
        return Decimal(10) ** (self.max_digits - self.decimal_places)

    def to_text(self, plain: Any) -> str:
        """The number with all its places, as PostgreSQL's numeric spells it.

        Raises DataError for one that is too small or too big.
        """
        number = Decimal(plain)
        if not abs(number) < self._limit or (self.minimum is not None and number < self.minimum):
            raise DataError(f"{self._place} does not take a number of this size.")
        return str(number.quantize(self._unit, ROUND_HALF_UP))

    @cached_property
    def _unit(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimal_places)

    def from_text(self, text: str) -> Decimal:
        """The number."""
        return Decimal(text)


def encrypted_field(model: type[models.Model], name: str) -> EncryptedField:
    """The model's encrypted field of that name; raises TypeError when it is another kind of field."""
    field = model._meta.get_field(name)
    if not isinstance(field, EncryptedField):
        raise TypeError(f"{model._meta.label}.{name} is not encrypted.")
    return field
