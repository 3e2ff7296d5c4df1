"""The planted values: all contain one of two marks of this run, so that a search for these finds any of them."""

import base64
import random
import string
from collections.abc import Iterator
from typing import Final

# Long enough that neither occurs by chance in some hundred megabytes; an amount takes nine digits.
_LETTERS, _DIGITS = 12, 9


class Birds:
    """Makes values that the system has never seen, and knows how any of them looks in bytes."""

    def __init__(self, letters: str = "") -> None:
        chance = random.SystemRandom()
        self.letters: Final = letters or "Q" + "".join(chance.choices(string.ascii_uppercase, k=_LETTERS - 1))
        self.digits: Final = "7" + "".join(chance.choices("123456789", k=_DIGITS - 1))
        self._made = 0

    def paper(self) -> str:
        """The number of a passport, a residence permit, a document, an account, or the words of a policy."""
        self._made += 1
        return f"{self.letters}{self._made:03}"

    def civil_id(self) -> str:
        """Twelve digits."""
        self._made += 1
        return f"{self.digits}{self._made:03}"

    def salary(self) -> str:
        """An amount with three decimals."""
        self._made += 1
        return f"{self.digits}.{self._made:03}"

    def spellings(self) -> dict[bytes, str]:
        """What to look for: each mark as text in capitals and small letters, in hexadecimal digits and in base64."""
        found: dict[bytes, str] = {}
        for mark in (self.letters, self.letters.lower(), self.digits):
            found[mark.encode()] = "text"
            found[mark.encode().hex().encode()] = "hexadecimal"
            found[mark.encode().hex().upper().encode()] = "hexadecimal"
            found.update(dict.fromkeys(_in_base64(mark.encode()), "base64"))
            found[mark.encode("utf-16-le")] = "UTF-16"
        return found


def _in_base64(mark: bytes) -> Iterator[bytes]:
    """The part of the mark's base64 that is the same whatever stands around it, for each of three positions."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + mark)
        # The first characters also hold what stands before, the last ones what follows.
        first = (0, 2, 3)[before]
        last = len(encoded) - (4 if (before + len(mark)) % 3 else 0)
        yield encoded[first:last]
