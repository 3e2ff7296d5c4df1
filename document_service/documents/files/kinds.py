"""What a file is, by its content: its name and the client's word count for nothing."""

import re
from typing import IO, Any, Final

import puremagic
from django.utils.translation import gettext_lazy as _

from document_service.documents.exceptions import UnsupportedTypeError
from document_service.documents.files.containers import CONTAINER, OFFICE, office_kind
from document_service.documents.files.texts import TEXT, text_kind

HEAD: Final = 4096
# How each kind begins. The library names the kind; a version of it that guesses more freely changes nothing.
BINARY: Final = {
    "application/pdf": re.compile(rb"%PDF-\d"),
    "image/png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "image/jpeg": re.compile(rb"\xff\xd8\xff"),
    "image/webp": re.compile(rb"RIFF.{4}WEBP", re.S),
    "image/heif": re.compile(rb".{4}ftyp(heic|heix|mif1|msf1)", re.S),
}
EXTENSIONS: Final[dict[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/png": ("png",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/webp": ("webp",),
    "image/heif": ("heic", "heif"),
    **{kind: (extension,) for kind, extension in OFFICE.items()},
    **{kind: (extension,) for kind, extension in TEXT.items()},
}


def kind_of(file: IO[bytes], name: str) -> str:
    """The content type of an open file; raises UnsupportedTypeError and UnsafeFileError.

    ``name`` only tells a table from other text, which no content does for sure.
    """
    file.seek(0)
    head = file.read(HEAD)
    file.seek(0)
    if head.startswith(CONTAINER):
        return office_kind(file)
    guesses = _guesses(head)
    for kind, beginning in BINARY.items():
        if kind in guesses and beginning.match(head):
            return kind
    kind_of_text = text_kind(file, name)
    if kind_of_text is None:
        raise UnsupportedTypeError(details={"file": [_("Accepted: {}.").format(", ".join(accepted()))]})
    return kind_of_text


def accepted() -> list[str]:
    """The extensions of the kinds that are kept."""
    return sorted({extension for extensions in EXTENSIONS.values() for extension in extensions})


def _guesses(head: bytes) -> set[str]:
    try:
        found: list[Any] = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return set()
    return {match.mime_type for match in found}
