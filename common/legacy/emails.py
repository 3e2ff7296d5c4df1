"""E-mail addresses of the old file."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.legacy.values import Cell, ValueRefusedError, text

LONGEST = 254
# What nearly all addresses are like, and sound; the others take the long way round.
_PLAIN = re.compile(r"[a-z0-9_]{1,40}(?:[.+-][a-z0-9_]{1,40}){0,2}@(?:[a-z0-9]{1,40}\.){1,2}[a-z]{2,20}")


def email_key(written: str) -> str:
    """The one spelling in which addresses are stored and compared."""
    return unicodedata.normalize("NFKC", written).strip().lower()


def usable_email(cell: Cell) -> str:
    """The address in its one spelling; empty when there is none or mail could never reach it."""
    if isinstance(cell, str) and _PLAIN.fullmatch(cell):
        return cell
    try:
        address = email_key(text(cell))
        validate_email(address)
    except (ValueRefusedError, ValidationError):
        return ""
    return address if len(address) <= LONGEST else ""
