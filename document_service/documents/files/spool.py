"""Files on their way in: written to disk piece by piece, counted and hashed, never whole in memory."""

import contextlib
import hashlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Protocol

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

# What a form may hold beside its file, in bytes.
FORM_ROOM = 1_048_576
PREFIX = "upload-"
PIECE = 256 * 1024


class Upload(UploadedFile):  # type: ignore[type-arg]
    """A file that has arrived whole: on disk until it is closed, with its size and SHA-256."""

    def __init__(self, file: Any, *, name: str, size: int, sha256: str) -> None:
        super().__init__(file, name, size=size)
        self.content: IO[bytes] = file
        self.length = size
        self.sha256 = sha256

    def close(self) -> None:
        """Let the file go, unless it is gone already."""
        with contextlib.suppress(FileNotFoundError):
            super().close()

    def temporary_file_path(self) -> str:
        """Where the file lies until it is closed."""
        return str(self.content.name)


class Readable(Protocol):
    """What bytes can be read from."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, so many at the most; none at the end."""


class UnreadableFileError(Exception):
    """A file that cannot be read to its end; the message says why."""


def spooled(source: Readable, *, name: str) -> Upload:
    """A copy of the open file, as if it had been uploaded.

    Raises RequestDataTooBig as soon as there is too much, and UnreadableFileError.
    """
    folder = Path(settings.DOCUMENT_SPOOL_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    file = NamedTemporaryFile(dir=folder, prefix=PREFIX)  # noqa: SIM115 - closed with the upload
    digest, size = hashlib.sha256(), 0
    try:
        while piece := _read(source):
            size += len(piece)
            if size > settings.DOCUMENT_MAX_BYTES:
                raise RequestDataTooBig
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return Upload(file, name=name, size=size, sha256=digest.hexdigest())


def _read(source: Readable) -> bytes:
    try:
        return source.read(PIECE)
    except OSError as error:
        raise UnreadableFileError(error.strerror or str(error)) from error


class SpoolHandler(FileUploadHandler):
    """Django's hook for uploads; raises RequestDataTooBig as soon as there is too much."""

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self._file: Any = None

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any) -> None:  # noqa: N803 - Django's name
        """Refuse before reading what says that it is too large."""
        if content_length > settings.DOCUMENT_MAX_BYTES + FORM_ROOM:
            raise RequestDataTooBig

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        folder = Path(settings.DOCUMENT_SPOOL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        self._file = NamedTemporaryFile(dir=folder, prefix=PREFIX)  # noqa: SIM115 - closed with the upload
        self._digest = hashlib.sha256()
        self._received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write a piece."""
        self._received += len(raw_data)
        if self._received > settings.DOCUMENT_MAX_BYTES:
            self.upload_interrupted()
            raise RequestDataTooBig
        self._digest.update(raw_data)
        self._file.write(raw_data)

    def file_complete(self, file_size: int) -> Upload:
        """The file, safe on disk before any row tells of it."""
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.seek(0)
        file, self._file = self._file, None
        return Upload(file, name=self.file_name or "", size=self._received, sha256=self._digest.hexdigest())

    def upload_interrupted(self) -> None:
        """Forget what has arrived of a file that will not be whole."""
        if self._file is not None:
            self._file.close()
            self._file = None
