"""Search that forgives spelling: one folding of Arabic and Latin text, and a prefix lookup with an index.

Only leakproof operators reach an index before a row-level security policy, and LIKE is not one of them;
the text_pattern operators are. So the folded text is stored in a column of its own with a
``text_pattern_ops`` index, and a prefix search is a range of it.
"""

import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup, TextField
from django.db.models.sql.compiler import SQLCompiler

_LETTERS = {"ٱ": "ا", "ى": "ي", "ة": "ه", "ی": "ي", "ک": "ك", "ـ": "", "ھ": "ه", "ە": "ه"}
# Combining marks, control and formatting characters (direction, zero-width joiners), lone surrogates.
_INVISIBLE = {"Mn", "Me", "Cc", "Cf", "Cs"}
_LAST_BEFORE_SURROGATES = 0xD7FF
_FIRST_AFTER_SURROGATES = 0xE000
_LAST_CHARACTER = 0x10FFFF


class _FoldTable(dict[int, str]):
    """``str.translate`` table that works a character out once."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


def _fold_character(character: str) -> str:
    if character.isspace():
        return " "
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    digit = unicodedata.decimal(character, None)
    return str(digit) if digit is not None else _LETTERS.get(character, character)


_TABLE = _FoldTable()


def fold(text: str) -> str:
    """``text`` as it is stored and looked for: one form of أإآٱ, ى and ة, Western digits, lower case.

    Diacritics, tatweel, accents and invisible characters are dropped, white space is collapsed. Folding
    twice changes nothing.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return " ".join(text.lower().translate(_TABLE).split())


_KINDS = frozenset(fold(word) for word in ("شركة", "مؤسسة", "مجموعة", "مصنع", "the", "company"))


def company_name_folded(name: str) -> str:
    """A company's ``name`` folded without a leading word for "company", which nearly every name begins with.

    Empty when there is nothing else.
    """
    words = fold(name).split()
    while words and words[0] in _KINDS:
        words = words[1:]
    return " ".join(words)


def prefix_range(prefix: str) -> tuple[str, str | None]:
    """The bounds ``low <= value < high`` of texts that start with ``prefix``; no ``high`` means no end."""
    for position in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[position])
        if code < _LAST_CHARACTER:
            following = _FIRST_AFTER_SURROGATES if code == _LAST_BEFORE_SURROGATES else code + 1
            return prefix, prefix[:position] + chr(following)
    return prefix, None


@CharField.register_lookup
@TextField.register_lookup
class FoldedPrefix(Lookup):
    """``name_folded__folded_prefix="مُحم"``: rows whose folded column starts with the folded text."""

    lookup_name = "folded_prefix"

    def get_prep_lookup(self) -> Any:
        """The text to look for, folded."""
        return fold(str(self.rhs))

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[str | int, ...]]:
        """A range condition that a ``text_pattern_ops`` index serves."""
        column, parameters = self.process_lhs(compiler, connection)
        low, high = prefix_range(self.rhs)
        if high is None:
            return f"{column} ~>=~ %s", (*parameters, low)
        return f"({column} ~>=~ %s AND {column} ~<~ %s)", (*parameters, low, *parameters, high)
