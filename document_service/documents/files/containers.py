"""Office documents: zip containers, looked through within limits before anybody else opens them."""

import re
import struct
import zipfile
import zlib
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from document_service.documents.exceptions import UnsafeFileError, UnsupportedTypeError

CONTAINER: Final = b"PK\x03\x04"
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
POWERPOINT: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN_TEXT: Final = "application/vnd.oasis.opendocument.text"
OFFICE: Final = {WORD: "docx", EXCEL: "xlsx", POWERPOINT: "pptx", OPEN_TEXT: "odt"}
_MAIN_PARTS: Final = {"word/document.xml": WORD, "xl/workbook.xml": EXCEL, "ppt/presentation.xml": POWERPOINT}

MOST_ENTRIES: Final = 5_000
# Python makes an object of every entry, so the list is measured before it is read.
LARGEST_LIST: Final = 1024 * 1024
_END: Final = struct.Struct("<4sHHHHIIH")
_LONGEST_COMMENT: Final = 65_535
MOST_BYTES: Final = 200 * 1024 * 1024
# XML shrinks well, so a ratio says something only when much comes out.
LARGEST_RATIO: Final = 200
RATIO_FROM: Final = 10 * 1024 * 1024
PIECE: Final = 65_536
_ENCRYPTED: Final = 0x1
_STORED_OR_DEFLATED: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# A part of an office document has no use for these; what they do to a reader is known as an XML bomb.
_DECLARATION = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.I)
_MACROS = re.compile(r"(^|/)(vbaproject\.bin|vbadata\.xml)$|^basic/|^scripts/", re.I)


def office_kind(file: IO[bytes]) -> str:
    """The kind of office document in a zip container.

    Raises UnsupportedTypeError for any other container, one with macros included, and UnsafeFileError for one
    that is encrypted, damaged, or would unpack to more than a reader can take.
    """
    try:
        _check_list(file)
        with zipfile.ZipFile(file) as container:
            entries = container.infolist()
            kind = _kind(container, {entry.filename for entry in entries})
            _check_sizes(entries)
            for entry in entries:
                _check_part(container, entry)
            return kind
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError) as error:
        raise UnsafeFileError(_("The file is damaged.")) from error
    finally:
        file.seek(0)


def _check_list(file: IO[bytes]) -> None:
    """The zip's closing record: how many parts there are, and how long the list of them is."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _END.size - _LONGEST_COMMENT))
    tail = file.read()
    at = tail.rfind(b"PK\5\6")
    if at < 0 or at + _END.size > len(tail):
        raise zipfile.BadZipFile
    _mark, _disk, _list_disk, _here, entries, size, _start, _comment = _END.unpack_from(tail, at)
    # A second record, for more than 65,535 parts, would count instead of this one.
    larger = tail[max(0, at - 20) : at].startswith(b"PK\6\7")
    if larger or entries > MOST_ENTRIES or size > LARGEST_LIST:
        raise UnsafeFileError(_("The file has too many parts."))


def _kind(container: zipfile.ZipFile, names: set[str]) -> str:
    if any(_MACROS.search(name) for name in names):
        raise UnsupportedTypeError(_("Files with macros are not accepted."))
    if "[Content_Types].xml" in names:
        for part, kind in _MAIN_PARTS.items():
            if part in names:
                return kind
    if "mimetype" in names and "content.xml" in names:
        entry = container.getinfo("mimetype")
        if entry.file_size == len(OPEN_TEXT) and container.read(entry) == OPEN_TEXT.encode():
            return OPEN_TEXT
    raise UnsupportedTypeError


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    """What the list of parts says; parts that lie are found when they are read."""
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if unpacked > MOST_BYTES or (unpacked > RATIO_FROM and unpacked > packed * LARGEST_RATIO):
        raise UnsafeFileError(_("The file would unpack to far more than it should."))
    for entry in entries:
        if entry.flag_bits & _ENCRYPTED:
            raise UnsafeFileError(_("The file is encrypted."))
        if entry.compress_type not in _STORED_OR_DEFLATED:
            raise UnsafeFileError(_("The file is packed in an unusual way."))
        if entry.filename.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", entry.filename):
            raise UnsafeFileError(_("The file has parts outside of itself."))


def _check_part(container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack the part piece by piece, which compares its size and checksum with what the list says."""
    markup = entry.filename.lower().endswith((".xml", ".rels"))
    with container.open(entry) as part:
        first = True
        while piece := part.read(PIECE):
            if first and markup and _DECLARATION.search(piece):
                raise UnsafeFileError(_("The file has parts that refer to others without end."))
            first = False
