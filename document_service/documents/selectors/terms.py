"""The words that a document is found by."""

import re
from functools import lru_cache

from common.search import fold

TITLE, TAG, FILE_NAME, DESCRIPTION = 100, 40, 40, 20
EXACT_TAG = "#"
MOST_WORDS = 10
LONGEST_TERM = 100
LONGEST_NAME = 200
_WORD = re.compile(r"\w+")


def words(text: str) -> list[str]:
    """The folded words of ``text``, in order and each once; a word ends where letters and digits end."""
    return list(_words(text))


@lru_cache(maxsize=4_096)
def _words(text: str) -> tuple[str, ...]:
    """Titles repeat; an import of old documents asks for the same few a million times."""
    found = _WORD.findall(fold(text).replace("_", " "))
    return tuple(dict.fromkeys(word[:LONGEST_TERM] for word in found))


@lru_cache(maxsize=4_096)
def folded_name(name: str) -> str:
    """A tag or a category as it is stored and looked for.

    Cut off, because one letter may fold to eighteen, and an index takes only so many.
    """
    return fold(name)[:LONGEST_NAME]


def tag_term(tag: str) -> str:
    """The term that stands for a whole tag."""
    return EXACT_TAG + folded_name(tag)


def terms_of(*, title: str, tags: list[str], filename: str, description: str) -> dict[str, int]:
    """Each term of a document with the weight of the best place it stands in."""
    terms: dict[str, int] = {}
    # The lightest first: what stands in two places weighs what the better one does.
    for text, weight in (
        (description, DESCRIPTION),
        (filename, FILE_NAME),
        (" ".join(tags), TAG),
        (title, TITLE),
    ):
        terms.update(dict.fromkeys(_words(text), weight))
    terms.update({tag_term(tag): 0 for tag in tags if fold(tag)})
    return terms
