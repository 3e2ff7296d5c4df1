"""Turns a template's text and values into what a person reads.

The only thing a text can do is to name a declared variable: ``{{ name }}``. There are no conditions, filters or
look-ups, so whoever may word a template can reach nothing but the values that its notice is made of.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils import formats, translation
from django.utils.functional import Promise

from notification_service.notifications.choices import Language
from notification_service.notifications.exceptions import (
    MalformedTemplateError,
    MessageTooLongError,
    MissingVariableError,
    UnknownVariableError,
)

PLACEHOLDER = re.compile(r"\{\{[ \t]*([A-Za-z][A-Za-z0-9_]{0,99})[ \t]*\}\}")
LONGEST_TITLE = 255
LONGEST_MESSAGE = 50_000
NOTHING = "–"


class Words(NamedTuple):
    """The same in both languages."""

    ar: str
    en: str


def placeholders(text: str) -> set[str]:
    """The variables that ``text`` names; raises MalformedTemplateError for other double braces."""
    rest = PLACEHOLDER.sub("", text)
    if "{{" in rest or "}}" in rest or "{%" in rest:
        raise MalformedTemplateError(details={"text": rest[:200]})
    return set(PLACEHOLDER.findall(text))


def check_texts(texts: Iterable[str], variables: Collection[str]) -> None:
    """Raise UnknownVariableError when one of ``texts`` names what is not among ``variables``."""
    unknown = sorted({name for text in texts for name in placeholders(text)} - set(variables))
    if unknown:
        raise UnknownVariableError(details={"variables": unknown})


def check_values(values: Mapping[str, Any], variables: Collection[str]) -> None:
    """Raise UnknownVariableError or MissingVariableError unless ``values`` are those of ``variables``."""
    unknown = sorted(values.keys() - set(variables))
    if unknown:
        raise UnknownVariableError(details={"variables": unknown})
    missing = sorted(set(variables) - values.keys())
    if missing:
        raise MissingVariableError(details={"variables": missing})


def spelled(values: Mapping[str, Any], language: str) -> dict[str, str]:
    """``values`` as a reader of ``language`` writes them: dates in their order, words in the language."""
    with translation.override(language):
        return {name: _spelled(value, language) for name, value in values.items()}


def _spelled(value: Any, language: str) -> str:
    match value:
        case Words():
            return (value.ar if language == Language.ARABIC else value.en) or NOTHING
        case None | "":
            return NOTHING
        case date():
            return formats.date_format(value, "DATE_FORMAT")
        case Promise():
            return str(value)
    return str(value)


def render(text: str, values: Mapping[str, str]) -> str:
    """``text`` with each placeholder replaced, once: what a value says is not looked at again."""
    return PLACEHOLDER.sub(lambda found: values[found.group(1)], text)


def title_of(text: str, values: Mapping[str, str]) -> str:
    """A subject on one line, without invisible characters that would change how the line is read."""
    plain = "".join(
        " " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character
        for character in render(text, values)
    )
    title = " ".join(plain.split())
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


def message_of(text: str, values: Mapping[str, str]) -> str:
    """The message; raises MessageTooLongError."""
    message = render(text, values)
    if len(message) > LONGEST_MESSAGE:
        raise MessageTooLongError(details={"longest": LONGEST_MESSAGE})
    return message
