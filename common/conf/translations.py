"""The Arabic of the user interface, and whether it says what the code says.

After sentences changed, ``python -m common.conf.translations update`` brings ``common/locale`` up to date and
names what is left for a translator. Babel does it all; GNU gettext need not be installed.
"""

import re
import struct
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from babel.messages import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from common.conf.extraction import messages_in_code

ROOT: Final = Path(__file__).resolve().parents[2]
LANGUAGE: Final = "ar"
UPDATE: Final = "python -m common.conf.translations update"
_PLACEHOLDER: Final = re.compile(r"%%|%\(\w+\)[a-z]|%[a-z]|\{\w*\}")
# Arabic has words of their own for none, one and two: those forms may leave the number out.
_FORMS_WITHOUT_NUMBER: Final = 3


def check(root: Path = ROOT) -> list[str]:
    """A sentence for everything that is wrong with the translations of the code below ``root``; best is none."""
    po, mo = _files(root)
    if not po.exists():
        return [f"{_named(po, root)} is missing."]
    catalog = _read(po)
    code = messages_in_code(root)
    return [
        *_missing(code, catalog),
        *_unfinished(catalog),
        *_superfluous(code, catalog),
        *_stale(catalog, mo, root),
    ]


def update(root: Path = ROOT) -> list[str]:
    """Bring both files in line with the code, keeping what is translated; returns what :func:`check` then says."""
    po, mo = _files(root)
    catalog = _read(po)
    code = messages_in_code(root)
    # Only a change of sentences changes the files.
    code.creation_date = catalog.creation_date
    catalog.update(code, no_fuzzy_matching=True)
    with po.open("wb") as file:
        write_po(file, catalog, width=0, include_lineno=False, ignore_obsolete=True, sort_output=True)
    mo.write_bytes(_compiled(_read(po)))
    return check(root)


def _files(root: Path) -> tuple[Path, Path]:
    folder = root / "common" / "locale" / LANGUAGE / "LC_MESSAGES"
    return folder / "django.po", folder / "django.mo"


def _read(po: Path) -> Catalog:
    with po.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _compiled(catalog: Catalog) -> bytes:
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _missing(code: Catalog, catalog: Catalog) -> Iterator[str]:
    for message in _messages(code):
        translated = catalog.get(message.id, message.context)
        if translated is None or translated.id != message.id:
            files = ", ".join(sorted({file for file, _line in message.locations}))
            yield f"{_quoted(message)} of {files} is not in the translations: run `{UPDATE}`."


def _unfinished(catalog: Catalog) -> Iterator[str]:
    for message in _messages(catalog):
        if message.fuzzy:
            yield f"{_quoted(message)} has a translation that is marked as fuzzy."
        if not all(_forms(message.string)) or len(_forms(message.string)) != _forms_needed(message, catalog):
            yield f"{_quoted(message)} is not translated."
        elif not _same_placeholders(message):
            yield f"{_quoted(message)} has other placeholders in its translation."


def _superfluous(code: Catalog, catalog: Catalog) -> Iterator[str]:
    for message in _messages(catalog):
        if code.get(message.id, message.context) is None:
            yield f"{_quoted(message)} is translated, but no longer in the code: run `{UPDATE}`."


def _stale(catalog: Catalog, mo: Path, root: Path) -> Iterator[str]:
    try:
        with mo.open("rb") as file:
            compiled = read_mo(file)
    except (OSError, struct.error, UnicodeDecodeError):
        compiled = Catalog()
    if _said(compiled) != _said(read_mo(BytesIO(_compiled(catalog)))):
        yield f"{_named(mo, root)} is not the compilation of its .po file: run `{UPDATE}`."


def _said(catalog: Catalog) -> dict[Any, Any]:
    """What a program would read, without the header's word of which Babel wrote it."""
    sentences: dict[Any, Any] = {(m.context, _forms(m.id)): _forms(m.string) for m in _messages(catalog)}
    return {"plural": catalog.plural_expr, **sentences}


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _forms(text: Any) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _forms_needed(message: Message, catalog: Catalog) -> int:
    return catalog.num_plurals if message.pluralizable else 1


def _same_placeholders(message: Message) -> bool:
    wanted = _placeholders(_forms(message.id)[-1])
    for at, form in enumerate(_forms(message.string)):
        given = _placeholders(form)
        number_left_out = message.pluralizable and at < _FORMS_WITHOUT_NUMBER and given < wanted
        if given != wanted and not number_left_out:
            return False
    return True


def _placeholders(text: str) -> Counter[str]:
    return Counter(_PLACEHOLDER.findall(text))


def _quoted(message: Message) -> str:
    return f"“{_forms(message.id)[0]}”"


def _named(path: Path, root: Path) -> str:
    return str(path.relative_to(root))


def _main(arguments: list[str]) -> int:
    if arguments not in (["check"], ["update"]):
        sys.stderr.write(f"Usage: {UPDATE} (or check)\n")
        return 2
    problems = check() if arguments == ["check"] else update()
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1:]))
