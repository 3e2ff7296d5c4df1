"""One moment of the old application's file, for several services to read the same."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from common.legacy.errors import SourceUnreadableError
from common.legacy.snapshot import copy_moment
from common.runtime.errors import OperatorError

_IN_USE: Final = "in-use"


@contextmanager
def one_moment(file: Path, room: Path) -> Iterator[Path]:
    """A private copy of the file in a folder of its own in ``room``, removed at the end.

    Raises:
        OperatorError: There is nothing sound to copy.
    """
    room.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(room)
    with TemporaryDirectory(dir=room) as folder, (Path(folder) / _IN_USE).open("w") as mark:
        fcntl.flock(mark, fcntl.LOCK_EX)
        copy = Path(folder) / file.name
        try:
            copy_moment(file, copy)
        except SourceUnreadableError as error:
            raise OperatorError(str(error)) from error
        yield copy


def _clear(room: Path) -> None:
    """Removes the copies that killed commands have left."""
    for left in room.iterdir():
        try:
            with (left / _IN_USE).open("r+") as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left)
        except (FileNotFoundError, BlockingIOError):
            # It is being made, or is in use.
            continue
