"""Plain text, told from programs and from what a browser would run."""

import codecs
import re
from typing import IO, Final

PIECE: Final = 65_536
TEXT: Final = {"text/plain": "txt", "text/csv": "csv"}
# A tag at the start, or one of those that make a browser take a text for a page; a script's first line.
_MARKUP = re.compile(
    rb"\A\s*<[a-z!?/]|<(script|html|body|head|svg|iframe|object|embed|style|meta|link)\b", re.I
)
_SCRIPT = re.compile(rb"\A\s*#!")
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f")) + b"\x7f"
_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# What Windows wrote Arabic in before there was Unicode.
_OLD_ARABIC: Final = "cp1256"


def text_kind(file: IO[bytes], name: str) -> str | None:
    """``text/csv`` or ``text/plain``, or None for a file that is something else. The whole file is read."""
    file.seek(0)
    head = file.read(PIECE)
    file.seek(0)
    wide = head.startswith(_MARKS[1:])
    if not head.strip() or (not wide and not _harmless(head)):
        return None
    encodings = ("utf-16",) if wide else ("utf-8", _OLD_ARABIC)
    if not any(_readable(file, encoding) for encoding in encodings):
        return None
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"


def _harmless(head: bytes) -> bool:
    text = head.removeprefix(codecs.BOM_UTF8)
    return not (_MARKUP.search(text) or _SCRIPT.match(text))


def _readable(file: IO[bytes], encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if encoding == "utf-16":
                piece = text.encode()
                if not _harmless(piece):
                    return False
            if piece.translate(None, _CONTROL) != piece:
                return False
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    finally:
        file.seek(0)
    return True
