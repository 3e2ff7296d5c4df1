"""Names of files: what people see, never where anything is."""

import re
import unicodedata

LONGEST = 255
LONGEST_EXTENSION = 20
NAMELESS = "file"
# Marks that turn the direction of what follows: with one of them "cod.exe" reads as "exe.doc".
_DIRECTION = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
_INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
# Names of which nothing has to be looked at twice.
_PLAIN = re.compile(r"[a-z0-9_-][a-z0-9_.-]{0,99}(?<!\.)", re.I | re.ASCII)


def clean_name(name: str) -> str:
    """The last part of ``name`` without control and direction characters, at most 255 characters.

    The beginning of its extension survives the cut; what has no name left is called "file".
    """
    if _PLAIN.fullmatch(name):
        return name
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(
        character
        for character in base
        if ord(character) not in _DIRECTION and unicodedata.category(character) not in _INVISIBLE
    )
    tidy = " ".join(visible.split()).strip(". ")
    if len(tidy) <= LONGEST:
        return tidy or NAMELESS
    stem, dot, extension = tidy.rpartition(".")
    if not dot or len(extension) > LONGEST_EXTENSION:
        return tidy[:LONGEST]
    return f"{stem[: LONGEST - len(extension) - 1]}.{extension}"


def name_for_saving(name: str, extensions: tuple[str, ...]) -> str:
    """``name`` with an extension that its content deserves, so that nothing is opened as what it is not."""
    extension = name.rpartition(".")[2].lower()
    return name if extension in extensions or not extensions else f"{name}.{extensions[0]}"
