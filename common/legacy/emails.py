"""E-mail addresses of the old file."""

import unicodedata

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from common.legacy.values import Cell, ValueRefusedError, text

LONGEST = 254


def email_key(written: str) -> str:
    """The one spelling in which addresses are stored and compared."""
    return unicodedata.normalize("NFKC", written).strip().lower()


def usable_email(cell: Cell) -> str:
    """The address in its one spelling; empty when there is none or mail could never reach it."""
    try:
        address = email_key(text(cell))
        validate_email(address)
    except (ValueRefusedError, ValidationError):
        return ""
    return address if len(address) <= LONGEST else ""
