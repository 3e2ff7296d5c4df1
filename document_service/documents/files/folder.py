"""A folder of old files, of which nothing outside can be reached by whatever name."""

import errno
import os
import re
import stat
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self
from urllib.parse import unquote, urlsplit

Parts = tuple[str, ...]
# The old application's own name for its folder, under whatever name it is given here.
_OLD_NAME: Final = "uploads"
_SEPARATORS: Final = re.compile(r"[/\\]+")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.I)
# What opening a name answers when there is no such file in the folder: a link is none.
_ABSENT: Final = frozenset(
    {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EINVAL, errno.ENXIO, errno.EILSEQ}
)
_OPEN: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


class OldFolder:
    """The open folder; raises OSError when it cannot be opened."""

    def __init__(self, path: Path) -> None:
        self._name = path.resolve().name
        self._root = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._root)

    def find(self, address: str, name: str, *, shared_names: Collection[str]) -> IO[bytes] | None:
        """The file that an old document names by its address, else by its name; None when it is not there.

        ``shared_names`` are names that several documents give to different files: such a name alone finds
        nothing. Raises OSError for a file that is there and cannot be opened.
        """
        tried: set[Parts] = set()
        for parts in self._candidates(address, name, shared_names):
            for form in dict.fromkeys(
                tuple(unicodedata.normalize(way, part) for part in parts) for way in ("NFC", "NFD")
            ):
                if form not in tried:
                    tried.add(form)
                    if file := self._open(form):
                        return file
        return None

    def _candidates(self, address: str, name: str, shared_names: Collection[str]) -> Iterator[Parts]:
        spellings = [parts for spelling in _spellings(address) if (parts := _parts(spelling))]
        for parts in spellings:
            yield parts
            yield from self._inside(parts)
        for parts in (*((parts[-1],) for parts in spellings), _parts(name)[-1:]):
            if parts and parts[0] not in shared_names:
                yield parts

    def _inside(self, parts: Parts) -> Iterator[Parts]:
        """What follows the name of the folder in an address."""
        for place in range(len(parts) - 2, -1, -1):
            if parts[place] in {_OLD_NAME, self._name}:
                yield parts[place + 1 :]

    def _open(self, parts: Sequence[str]) -> IO[bytes] | None:
        """The file at this place, going down step by step and through no link."""
        folder = os.dup(self._root)
        try:
            for part in parts[:-1]:
                inner = os.open(part, _OPEN | os.O_DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = inner
            file = os.open(parts[-1], _OPEN | os.O_NONBLOCK, dir_fd=folder)
        except OSError as error:
            if error.errno in _ABSENT:
                return None
            raise
        except ValueError:
            return None  # a NUL in a name
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(file).st_mode):
            os.close(file)
            return None
        return os.fdopen(file, "rb", buffering=0)


def _spellings(address: str) -> Iterator[str]:
    """An address as it stands, and as a browser would have read it."""
    yield address
    yield unquote(address)
    if _SCHEME.match(address) or "?" in address or "#" in address:
        try:
            yield unquote(urlsplit(address).path)
        except ValueError:  # no address at all
            return


def _parts(path: str) -> Parts:
    """The steps of a path downwards; none for one that would also lead up."""
    steps = tuple(step for step in _SEPARATORS.split(path) if step not in {"", "."})
    return () if ".." in steps else steps
