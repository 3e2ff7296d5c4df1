"""Text in files that people open with a spreadsheet stays text."""

from typing import Final

_FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")
# What is not seen could hide the sign from us and not from a spreadsheet.
_INVISIBLE: Final = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff "
)


def harmless(text: str) -> str:
    """A cell of a CSV file: what a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(_INVISIBLE).startswith(_FORMULA_STARTS) else text
