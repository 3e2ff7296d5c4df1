"""Rules for new passwords beside Django's: nothing that is in lists of known passwords, plain or dressed up."""

import gzip
import hashlib
import mmap
import re
import string
from functools import cache
from pathlib import Path
from typing import Any, Final

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.utils.translation import gettext as _

_SHIPPED: Final = Path(__file__).parent / "data" / "common_passwords.txt.gz"
# What people write for letters, and what they put before and after a word to please a rule.
_PLAIN: Final = str.maketrans("@4381!05$7", "aaebiiosst")
_DRESSING: Final = string.digits + string.punctuation
_MOST_DRESSING: Final = 6
_SHA1_LINE: Final = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\s*")
_SHA1_DIGITS: Final = 40


class CommonCoreValidator:
    """Refuses a common password also with digits and signs around it or in place of letters: ``P@ssw0rd2026!``."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a common password, however it is dressed up."""
        if any(form in common_passwords() for form in _forms(password)):
            raise ValidationError(
                _("This password is a common one with something added."), code="password_too_common"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be a common one with digits or signs added.")


class BreachedPasswordValidator:
    """Refuses what is in a local file of passwords that were stolen somewhere.

    ``file`` has a line ``SHA-1[:times]`` for each, in hexadecimal and in their order, as the lists of leaked
    passwords come; it may be of any size. Without a file nothing is refused. Raises ImproperlyConfigured when
    the file is not such a list.
    """

    def __init__(self, file: str = "") -> None:
        self._file = Path(file) if file else None
        if self._file is not None:
            self._require_list(self._file)

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for a password in the file."""
        # The lists are made with SHA-1; nothing is protected by it here.
        digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        if self._file is not None and _is_in(self._file, digest):
            raise ValidationError(
                _("This password is known from a theft of data elsewhere."), code="password_breached"
            )

    def get_help_text(self) -> str:
        """The rule in words."""
        return _("Your password can't be one that is known from a theft of data.")

    @staticmethod
    def _require_list(file: Path) -> None:
        try:
            with file.open("rb") as lines:
                usable = _SHA1_LINE.fullmatch(lines.readline(100)) is not None
        except OSError as error:
            raise ImproperlyConfigured(f"BREACHED_PASSWORDS_FILE={file} cannot be read: {error}.") from None
        if not usable:
            raise ImproperlyConfigured(
                f"BREACHED_PASSWORDS_FILE={file} must have a SHA-1 in hexadecimal on each line, in their order."
            )


@cache
def common_passwords() -> frozenset[str]:
    """Django's list and the one that comes with this service, in lower case."""
    with gzip.open(_SHIPPED, "rt", encoding="ascii") as file:
        shipped = {line.strip().lower() for line in file if not line.startswith("#")}
    return frozenset(shipped | set(CommonPasswordValidator().passwords))


def _forms(password: str) -> set[str]:
    """The password as it is and undressed, with its signs read as signs and read as letters."""
    lower = password.strip().lower()
    forms = {lower}
    for core in (lower.strip(_DRESSING), lower.rstrip(_DRESSING), lower.lstrip(_DRESSING)):
        # With more around it than that, the word is no longer what makes the password.
        if len(lower) - len(core) <= _MOST_DRESSING:
            forms.add(core)
    return (forms | {form.translate(_PLAIN) for form in forms}) - {""}


def _is_in(file: Path, digest: bytes) -> bool:
    """Binary search by lines: some thirty looks into the largest list there is."""
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        low, high = 0, len(lines)
        while low < high:
            middle = (low + high) // 2
            start = lines.rfind(b"\n", low, middle) + 1 or low
            found = lines[start : start + _SHA1_DIGITS].upper()
            if found == digest:
                return True
            if found < digest:
                end = lines.find(b"\n", middle)
                low = len(lines) if end < 0 else end + 1
            else:
                high = start
    return False
