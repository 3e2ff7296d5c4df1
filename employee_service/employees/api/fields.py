"""Fields of JSON bodies that take the type the contract names, and not what could be turned into it."""

import unicodedata
from datetime import date, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from common.days import today

EARLIEST = date(1900, 1, 1)
LATEST = date(2200, 12, 31)
AHEAD = timedelta(days=366)
# They turn the direction of what follows: a name could then read as another.
_DIRECTION_OVERRIDES = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))


class Text(serializers.CharField):
    """Text without control characters; a number is not text."""

    default_error_messages = {"unprintable": _("Control characters are not allowed.")}
    allowed: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if any(
            unicodedata.category(c) == "Cc" or c in _DIRECTION_OVERRIDES for c in set(data) - self.allowed
        ):
            self.fail("unprintable")
        return super().to_internal_value(data)


class LongText(Text):
    """Text that may have several lines."""

    allowed = frozenset("\t\n\r")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 2000, **kwargs})


class Email(serializers.EmailField):
    """An e-mail address, in lower case."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data).lower()


class Id(serializers.UUIDField):
    """A UUID as text."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Flag(serializers.BooleanField):
    """true or false, and not the words or numbers for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.DecimalField):
    """A JSON number, and not a text that spells one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        # Minus zero is zero.
        return super().to_internal_value(data) + 0


class Money(Number):
    """An amount in KWD: from 0, with at most three decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 12, "decimal_places": 3, "min_value": 0, **kwargs})


class Count(serializers.IntegerField):
    """A JSON number without decimals, from 0."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": 1_000_000, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A date (YYYY-MM-DD) that a living person's papers may have."""

    default_error_messages = {"implausible": _("This date is out of range.")}

    def to_internal_value(self, data: Any) -> date:
        value: date = super().to_internal_value(data)
        if not EARLIEST <= value <= self._latest():
            self.fail("implausible")
        return value

    def _latest(self) -> date:
        return LATEST


class NearDay(Day):
    """A date in the past or within a year from now: hires and exits are not planned further ahead."""

    def _latest(self) -> date:
        return today() + AHEAD


class FarDay(Day):
    """A date in the past or within two years from now: the end of what begins within a year."""

    def _latest(self) -> date:
        return today() + 2 * AHEAD


class PastDay(Day):
    """A date up to today."""

    def _latest(self) -> date:
        return today()


class IsoDay(Day):
    """A date that is kept inside JSON, hence as text."""

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(data).isoformat()
