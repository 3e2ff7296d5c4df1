"""Where bytes are kept, behind Django's storage API: a folder, or S3 by setting."""

import contextlib
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.utils.deconstruct import deconstructible
from django.utils.http import content_disposition_header

from document_service.documents.files.spool import PREFIX, Upload

PIECE = 256 * 1024


@deconstructible
class FolderStorage(FileSystemStorage):
    """Files in a folder; a file appears whole or not at all, whenever the machine stops.

    A name stands for its content here, so what exists is left alone.
    """

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself."""
        return name

    def _save(self, name: str, content: Any) -> str:
        target = Path(self.path(name))
        target.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            if not self._linked(content, target):
                self._copy(content, target)
        _sync_folder(target.parent)
        return name

    @staticmethod
    def _linked(content: Any, target: Path) -> bool:
        """Give the bytes a second name, which costs nothing; False when they lie on another file system."""
        source = getattr(content, "temporary_file_path", None)
        if source is None:
            return False
        try:
            os.link(source(), target)
        except FileExistsError:
            raise
        except OSError:
            return False
        return True

    @staticmethod
    def _copy(content: Any, target: Path) -> None:
        with NamedTemporaryFile(dir=target.parent, prefix=PREFIX) as copy:
            for piece in content.chunks(PIECE):
                copy.write(piece)
            copy.flush()
            os.fsync(copy.fileno())
            os.link(copy.name, target)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def documents_storage() -> Storage:
    """The storage of documents' files."""
    return storages["documents"]


def put(key: str, upload: Upload) -> None:
    """Keep the upload's bytes under ``key``, unless they are there."""
    storage = documents_storage()
    if storage.exists(key):
        return
    # A handle of its own: some storages close what they were given.
    with open(upload.temporary_file_path(), "rb") as file:
        content = File(file)
        content.temporary_file_path = upload.temporary_file_path  # type: ignore[attr-defined]
        storage.save(key, content)


def address_for_saving(key: str, name: str, *, seconds: int = 60) -> str | None:
    """An address at which the storage itself gives the file under this name; None for one that has no addresses."""
    storage = documents_storage()
    if isinstance(storage, FileSystemStorage):
        return None
    parameters = {
        "ResponseContentDisposition": content_disposition_header(True, name) or "attachment",
        "ResponseContentType": "application/octet-stream",
    }
    address: str = storage.url(key, parameters=parameters, expire=seconds)  # type: ignore[call-arg]
    return address


def keys_in_storage() -> Iterator[str]:
    """The key of every file, company by company."""
    storage = documents_storage()
    for company in _folders(storage, ""):
        for folder in _folders(storage, company):
            _inside, names = storage.listdir(folder)
            yield from (f"{folder}/{name}" for name in sorted(names))


def _folders(storage: Storage, path: str) -> list[str]:
    """The folders in a folder, each with its whole path."""
    try:
        folders, _files = storage.listdir(path)
    except FileNotFoundError:  # nothing was stored yet
        return []
    return [f"{path}/{name}".strip("/") for name in sorted(folders)]


def storage_state() -> Mapping[str, Any]:
    """For the health answer: whether files can be reached, and the bytes that are free where that is known."""
    storage = documents_storage()
    if not isinstance(storage, FileSystemStorage):
        return {"status": "up"}
    try:
        Path(storage.location).mkdir(parents=True, exist_ok=True)
        return {"status": "up", "available_space": shutil.disk_usage(storage.location).free}
    except OSError:
        return {"status": "down"}
