"""A bucket that somebody else may have written to, or answers for: what it gives is read to its end and compared.

A key ends in the SHA-256 of its bytes, so whatever else comes is not the file.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import structlog
from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError
from django.core.exceptions import RequestDataTooBig
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from common.errors import ServiceUnavailableError
from document_service.documents.files.spool import Readable, UnreadableFileError, Upload, spooled

LONGEST_READING: Final = 60.0
"""Seconds that a file may take to come."""
log = structlog.get_logger(__name__)


class BucketStorage(S3Storage):  # type: ignore[misc]  # it comes without types
    """S3 behind Django's storage API; opening a file brings it here, whole.

    Raises ServiceUnavailableError whenever the bucket does not answer, or not as one.
    """

    def _open(self, name: str, mode: str = "rb") -> Upload:
        """The file on disk; raises FileNotFoundError when the bucket has none, or other bytes."""
        try:
            with _answering(name):
                body: Readable = super()._open(name, mode).obj.get()["Body"]
                file = spooled(_Timed(body), name=name)
        except RequestDataTooBig as error:
            log.error("the bucket gives more than any file has", key=name)
            raise FileNotFoundError(name) from error
        if file.sha256 != name.rpartition("/")[2]:
            file.close()
            log.error("the bucket gives other bytes than were kept", key=name)
            raise FileNotFoundError(name)
        return file

    def _save(self, name: str, content: Any) -> str:
        with _answering(name):
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        """Whether the bucket has it."""
        with _answering(name):
            return bool(super().exists(name))


@contextmanager
def _answering(name: str) -> Iterator[None]:
    try:
        yield
    except (Boto3Error, BotoCoreError, ClientError, HTTPError, UnreadableFileError) as error:
        log.warning("the bucket does not answer", key=name, error=type(error).__name__)
        raise ServiceUnavailableError from error


class _Timed:
    """A file whose reading has a last moment."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._over = time.monotonic() + LONGEST_READING

    def read(self, size: int, /) -> bytes:
        if time.monotonic() > self._over:
            raise OSError("it comes too slowly")
        return self._file.read(size)
