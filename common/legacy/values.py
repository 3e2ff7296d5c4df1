"""Reading the old file's values, which hold anything whatever their column says.

Every function answers a value of its kind, an empty one for NULL and blank text, or raises
:class:`ValueRefusedError`: it never guesses, and never raises anything else.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, TypeVar

from common.legacy.choices import Problem

Cell = None | int | float | str | bytes
ValueT = TypeVar("ValueT")
JsonT = TypeVar("JsonT", list[Any], dict[str, Any])

EARLIEST: Final = date(1900, 1, 1)
LATEST: Final = date(2100, 1, 1)
# Seconds since 1970 in the years up to 2100 have at most ten digits; milliseconds since 2001 have thirteen.
_MILLISECONDS_FROM: Final = 100_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND: Final = 0
_SECOND_AFTER_LAST: Final = int(datetime(LATEST.year, LATEST.month, LATEST.day, tzinfo=UTC).timestamp())
# Where every company of the old system works; the offset has never changed.
_KUWAIT = timezone(timedelta(hours=3))
_DIGITS = {ord(digit): str(value) for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for value, digit in enumerate(row)}
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})")
_CURRENCY = re.compile(r"KWD|K\.?D\.?|د\.?ك\.?|دينار", re.IGNORECASE)
_AMOUNT = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?")
_FILS = Decimal("0.001")
# What a REAL column adds to an amount of three decimals by being binary.
_BINARY_NOISE = Decimal("0.000001")
# Up to here a float tells fils apart, and this is less noise, in fils, than _BINARY_NOISE lets through.
_QUICK_BELOW: Final = 10.0**9
_QUICK_NOISE: Final = 0.0005
# All the days of somebody's working life and more; longer texts are looked at anew each time.
_DAYS_REMEMBERED: Final = 50_000
_JSON_REMEMBERED: Final = 2_000
_LONGEST_REMEMBERED: Final = 200
_TRUE = frozenset({"1", "true", "t", "yes", "y", "on"})
_FALSE = frozenset({"0", "false", "f", "no", "n", "off"})


class ValueRefusedError(ValueError):
    """A value that cannot be carried as it stands; ``problem`` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def text(value: Cell, *, longest: int | None = None) -> str:
    """Text without outer blanks; numbers are written out, as for a telephone number in a numeric cell."""
    if value is None:
        return ""
    result = value.strip() if isinstance(value, str) else _written(value)
    if not storable(result):
        raise ValueRefusedError(Problem.UNSTORABLE_CHARACTERS)
    if longest is not None and len(result) > longest:
        raise ValueRefusedError(Problem.TOO_LONG)
    return result


def text_within(longest: int) -> Callable[[Cell], str]:
    """:func:`text` of at most ``longest`` letters, quick for what nearly all cells are like."""

    def read(value: Cell) -> str:
        if value is None:
            return ""
        if isinstance(value, str) and len(value) <= longest and value.isascii() and "\x00" not in value:
            return value.strip()
        return text(value, longest=longest)

    return read


def remembered(read: Callable[[Cell], ValueT], size: int = 10_000) -> Callable[[Cell], ValueT]:
    """``read`` for a column in which the same values occur again and again. It must answer what nobody changes."""
    # By type, too: 1, 1.0 and True are the same key.
    return lru_cache(size, typed=True)(read)


def required(read: Callable[[Cell], ValueT]) -> Callable[[Cell], ValueT]:
    """``read`` for a column that may not be empty: it then refuses as missing."""

    def found(value: Cell) -> ValueT:
        result = read(value)
        if not result:
            raise ValueRefusedError(Problem.MISSING)
        return result

    return found


def _written(value: Cell) -> str:
    if isinstance(value, bytes):
        raise ValueRefusedError(Problem.NOT_TEXT)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value)


def plain(value: Cell) -> str:
    """Like :func:`text`; what is refused there is empty here."""
    if isinstance(value, str) and value.isascii() and "\x00" not in value:
        return value.strip()
    try:
        return text(value)
    except ValueRefusedError:
        return ""


def is_blank(value: Cell) -> bool:
    """Whether there is nothing but blanks in the cell."""
    return value is None or (isinstance(value, str) and not value.strip())


def storable(value: str) -> bool:
    """Whether PostgreSQL can hold ``value``: no NUL, no half of a surrogate pair."""
    if "\x00" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def boolean(value: Cell, *, default: bool) -> bool:
    """Yes or no by number or word; ``default`` for NULL and blank."""
    word = text(value).lower()
    if not word:
        return default
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueRefusedError(Problem.NOT_A_BOOLEAN)


def moment(value: Cell) -> datetime | None:
    """A moment: seconds or milliseconds since 1970, or an ISO date and time (UTC when it names no zone)."""
    if isinstance(value, int | float):
        return _from_epoch(value)
    written = text(value).translate(_DIGITS)
    if not written:
        return None
    if _COMPACT.fullmatch(written):
        return _from_iso(written)
    try:
        number = float(written)
    except ValueError:
        return _from_iso(written)
    return _from_epoch(number)


def _from_epoch(value: float) -> datetime:
    if isinstance(value, int) and _FIRST_SECOND <= value < _SECOND_AFTER_LAST:
        return datetime.fromtimestamp(value, UTC)
    try:
        if not math.isfinite(value):
            raise ValueRefusedError(Problem.NOT_A_DATE)
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
        return _plausible(_EPOCH + timedelta(seconds=seconds))
    except OverflowError:
        raise ValueRefusedError(Problem.OUT_OF_RANGE) from None


def _from_iso(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
        found = found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueRefusedError(Problem.NOT_A_DATE) from None
    return _plausible(found)


def _plausible(found: datetime) -> datetime:
    if not EARLIEST <= found.date() < LATEST:
        raise ValueRefusedError(Problem.OUT_OF_RANGE)
    return found


def day(value: Cell) -> date | None:
    """A calendar day: ISO, or day first (03/04/2021 is the third of April); digits in any script."""
    if value is None:
        return None
    if isinstance(value, float):
        raise ValueRefusedError(Problem.NOT_A_DATE)
    return _day_of(text(value))


@lru_cache(_DAYS_REMEMBERED)
def _day_of(written: str) -> date | None:
    written = written.translate(_DIGITS)
    if not written:
        return None
    if found := _YEAR_FIRST.fullmatch(written):
        return _calendar_day(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(written):
        return _calendar_day(found[1], found[2], found[3])
    if found := _DAY_FIRST.fullmatch(written):
        return _calendar_day(found[4], found[3], found[1])
    return _day_of_moment(written)


def _day_of_moment(written: str) -> date:
    """The day of an ISO date and time: browsers write Kuwait's midnight as 21:00 UTC of the day before."""
    try:
        found = datetime.fromisoformat(written)
        local = found.astimezone(_KUWAIT) if found.tzinfo else found
    except (ValueError, OverflowError):
        raise ValueRefusedError(Problem.NOT_A_DATE) from None
    return _calendar_day(str(local.year), str(local.month), str(local.day))


def _calendar_day(year: str, month: str, number: str) -> date:
    try:
        found = date(int(year), int(month), int(number))
    except ValueError:
        raise ValueRefusedError(Problem.IMPOSSIBLE_DATE) from None
    if not EARLIEST <= found < LATEST:
        raise ValueRefusedError(Problem.OUT_OF_RANGE)
    return found


def money(value: Cell, *, below: Decimal = Decimal(10) ** 9) -> Decimal | None:
    """An amount in dinars with three decimals, from REAL, or text with a currency sign and grouped digits.

    A negative amount, one of ``below`` or more, and one finer than a fils are refused; binary noise is not.
    """
    if isinstance(value, float) and (quick := _quick_amount(value)) is not None and quick < below:
        return quick
    if isinstance(value, str | bytes):
        amount = _written_amount(text(value))
    else:
        amount = None if value is None else Decimal(str(value))
    if amount is None:
        return None
    if not amount.is_finite():
        raise ValueRefusedError(Problem.NOT_A_NUMBER)
    if amount < 0:
        raise ValueRefusedError(Problem.NEGATIVE)
    if amount >= below:
        raise ValueRefusedError(Problem.OUT_OF_RANGE)
    rounded = abs(amount.quantize(_FILS))
    if abs(rounded - amount) > _BINARY_NOISE:
        raise ValueRefusedError(Problem.TOO_PRECISE)
    return rounded


def _quick_amount(value: float) -> Decimal | None:
    """The amount when it is as good as a whole number of fils, which is known without decimal arithmetic."""
    if not 0 <= value < _QUICK_BELOW:
        return None
    fils = value * 1_000
    whole = round(fils)
    return Decimal(whole).scaleb(-3) if abs(fils - whole) < _QUICK_NOISE else None


def _written_amount(written: str) -> Decimal | None:
    if not written:
        return None
    bare = _CURRENCY.sub("", written, count=1).translate(_DIGITS).replace("٬", ",").replace("٫", ".").strip()
    if not _AMOUNT.fullmatch(bare):
        raise ValueRefusedError(Problem.NOT_A_NUMBER)
    return Decimal(bare.replace(",", ""))


def json_list(value: Cell) -> list[Any]:
    """A JSON array kept in a text column; an empty list for NULL and blank."""
    return _json(value, list)


def json_object(value: Cell) -> Mapping[str, Any]:
    """A JSON object kept in a text column; an empty one for NULL and blank."""
    return _json(value, dict)


def text_list(value: Cell, *, longest: int | None = None) -> list[str]:
    """A JSON array of texts, without blank ones; numbers are written out, anything else is refused."""
    return list(text_tuple(value, longest=longest))


def text_tuple(value: Cell, *, longest: int | None = None) -> tuple[str, ...]:
    """:func:`text_list` as what nobody can change."""
    if value is None:
        return ()
    written = text(value)
    return (_texts if len(written) <= _LONGEST_REMEMBERED else _texts.__wrapped__)(written, longest)


@lru_cache(_JSON_REMEMBERED)
def _texts(written: str, longest: int | None) -> tuple[str, ...]:
    found = []
    for item in json_list(written):
        if isinstance(item, bool) or not isinstance(item, str | int | float):
            raise ValueRefusedError(Problem.BROKEN_JSON)
        if word := text(item, longest=longest):
            found.append(word)
    return tuple(found)


def _json(value: Cell, kind: type[JsonT]) -> JsonT:
    written = text(value)
    if not written:
        return kind()
    try:
        found = json.loads(written, parse_constant=_refuse_constant)
        # An exponent beyond every float is read as infinity, which is not JSON either.
        json.dumps(found, allow_nan=False)
    except (ValueError, RecursionError):
        raise ValueRefusedError(Problem.BROKEN_JSON) from None
    if not isinstance(found, kind):
        raise ValueRefusedError(Problem.BROKEN_JSON)
    if not _all_storable(found):
        raise ValueRefusedError(Problem.UNSTORABLE_CHARACTERS)
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _all_storable(found: object) -> bool:
    waiting = [found]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str) and not storable(item):
            return False
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            waiting.extend([*item, *item.values()])
    return True
