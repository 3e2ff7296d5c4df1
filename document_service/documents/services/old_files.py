"""Brings the files of old documents out of the old application's folder, as if they were uploaded now.

A document waits for its file until it has a first version. Each start looks for all that wait, so that a second
one with a better folder brings what the first one missed. Bytes are in the storage before a row tells of them;
what a process that died has left is taken away as that of any upload.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import connection
from django.db.models import Exists, OuterRef

from common.contracts.document import DocumentVersioned
from common.errors import DomainError
from common.legacy.choices import SubjectKind, ToDoKind
from common.legacy.errors import LegacyImportError, SourceUnreadableError
from common.legacy.mapper import ToDo
from common.legacy.models import ImportRun
from common.legacy.plan import Finished, Progress
from common.legacy.records import todo_add
from common.legacy.services import todo_close
from common.messaging.services import Publication, publish_many
from common.security.tenancy import all_companies, company_scope
from document_service.documents.choices import ScanState
from document_service.documents.exceptions import InfectedFileError
from document_service.documents.files.folder import OldFolder
from document_service.documents.files.spool import UnreadableFileError, spooled
from document_service.documents.models import Document, DocumentVersion, StoredFile
from document_service.documents.selectors.waiting import (
    REASON,
    Waiting,
    shared_names,
    waiting_batches,
    waiting_count,
)
from document_service.documents.services.receiving import file_judge
from document_service.documents.services.storing import CheckedFile, file_check, file_put, files_keep

# In one transaction; their copies lie on the disk meanwhile.
BATCH: Final = 200
BATCH_BYTES: Final = 64 * 1024 * 1024
# How many files are copied at once.
COPIERS: Final = 4
# In the report, of each kind; the others are on the list of what is to be done.
MOST_LISTED: Final = 1_000
ANY_KIND: Final = "application/octet-stream"
# What else the old system called these kinds.
_SPELLED: Final = {"image/jpeg": "image/jpg", "image/heif": "image/heic"}
_FILE_KINDS: Final = (ToDoKind.MISSING_FILE, ToDoKind.REFUSED_FILE)

_SHOW: Final = """
UPDATE documents AS d SET file_id = v.file_id, file_size = v.file_size, mime_type = v.mime_type
FROM document_versions AS v
WHERE d.id = ANY(%s) AND d.version = 1 AND v.document_id = d.id AND v.version = 1
"""


@dataclass
class _Tally:
    """What became of the files, with examples of what was not brought."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    todo: Counter[str] = field(default_factory=Counter)
    bytes: int = 0

    def not_brought(self, what: str, document: Waiting, why: str = "") -> None:
        """Count a document that still has no file."""
        self.counts[what] += 1
        listed = self.listed.setdefault(what, [])
        if len(listed) < MOST_LISTED:
            named = {"document": str(document.id), "file": document.address or document.name}
            listed.append(named | ({"why": why} if why else {}))


def check_folder(folder: Path | None) -> None:
    """Raise SourceUnreadableError unless the folder of uploads, if one is given, can be read."""
    if folder is not None:
        with _opened(folder):
            pass


def old_files_bring(run: ImportRun, progress: Progress, *, folder: Path | None) -> Finished:
    """Look for the files of all documents that wait for theirs; without a folder only count them.

    What is missing or was not accepted is listed for HR. Safe to kill at any moment and to run again.
    """
    total = waiting_count()
    if folder is None:
        return Finished(
            f"documents: {total} wait for their files; no folder of uploads was given (--uploads).",
            {"waiting": total},
        )
    with _opened(folder) as opened, ThreadPoolExecutor(COPIERS) as copiers:
        tally = _Bringing(opened, run, copiers).all(progress, total)
    counts = tally.counts
    return Finished(
        f"documents: of {total} files that were waited for, {counts['brought']} were brought"
        f" ({tally.bytes} bytes), {counts['missing']} are not in the folder, {counts['too_large']} are too"
        f" large, {counts['refused']} were not accepted.",
        {"waiting": total, "counts": dict(counts), "bytes": tally.bytes, "listed": tally.listed},
        dict(tally.todo),
    )


class _NotBroughtError(Exception):
    """A document stays without its file: ``what`` is missing, too_large or refused."""

    def __init__(self, what: str, why: str = "") -> None:
        super().__init__(why)
        self.what = what
        self.why = why


Ready = tuple[Waiting, CheckedFile]


class _Bringing:
    """One pass over the documents that wait."""

    def __init__(self, folder: OldFolder, run: ImportRun, copiers: ThreadPoolExecutor) -> None:
        self._folder = folder
        self._copiers = copiers
        self._run = run
        self._shared_names = shared_names()
        self._tally = _Tally()

    def all(self, progress: Progress, total: int) -> _Tally:
        """Bring what is there, and say what became of each."""
        done = 0
        for documents in waiting_batches(BATCH):
            for part in self._parts(documents):
                self._bring(part)
            done += len(documents)
            progress("files", done, max(total, done))
        return self._tally

    def _parts(self, documents: Sequence[Waiting]) -> Iterator[list[Waiting]]:
        """The documents, divided by what the old system said about the sizes of their files."""
        part: list[Waiting] = []
        size = 0
        for document in documents:
            part.append(document)
            size += int(document.size or 0)
            if size > BATCH_BYTES:
                yield part
                part, size = [], 0
        if part:
            yield part

    def _bring(self, documents: Sequence[Waiting]) -> None:
        refused: list[ToDo] = []
        ready: list[Ready] = []
        with ExitStack() as copies:
            copied = [(document, self._copiers.submit(self._copy, document)) for document in documents]
            for document, copy in copied:
                try:
                    file = copy.result()
                    copies.enter_context(closing(file.upload))
                    ready.append((document, self._judged(document, file)))
                except _NotBroughtError as refusal:
                    refused.append(self._not_brought(document, refusal))
            with all_companies(REASON):
                found = [*refused, *self._keep(ready)]
                todo_add(self._run, found)
        self._tally.todo.update(item.kind.value for item in found)

    def _copy(self, document: Waiting) -> CheckedFile:
        """The document's file, checked and in the storage unless it is infected; raises _NotBroughtError.

        Most of the time the disk is waited for, or another machine, so several do this at once; none of it asks
        the database.
        """
        try:
            with self._source(document) as source:
                upload = spooled(source, name=document.filename)
        except RequestDataTooBig:
            megabytes = settings.DOCUMENT_MAX_BYTES // 1024**2
            raise _NotBroughtError("too_large", f"larger than {megabytes} MB") from None
        except UnreadableFileError as error:
            raise _NotBroughtError("refused", str(error)) from None
        except OSError as error:
            raise LegacyImportError(f"Files cannot be kept here: {error.strerror or error}.") from error
        try:
            file = file_check(upload)
            if file.state != ScanState.INFECTED:
                file_put(document.company_id, file)
        except DomainError as error:
            upload.close()
            raise _NotBroughtError("refused", _sentence(error)) from None
        except BaseException:
            upload.close()
            raise
        return file

    def _judged(self, document: Waiting, file: CheckedFile) -> CheckedFile:
        """The file, if it may be used; an infected one goes into quarantine, and raises _NotBroughtError."""
        if file.state != ScanState.INFECTED:
            return file
        with company_scope(document.company_id):
            file = file_judge(
                file,
                company_id=document.company_id,
                uploaded_by=document.uploaded_by,
                document_id=document.id,
            )
        if file.state == ScanState.INFECTED:
            raise _NotBroughtError("refused", _sentence(InfectedFileError()))
        file_put(document.company_id, file)
        return file

    def _source(self, document: Waiting) -> IO[bytes]:
        try:
            file = self._folder.find(document.address, document.name, shared_names=self._shared_names)
        except OSError as error:
            raise _NotBroughtError("refused", error.strerror or str(error)) from None
        if file is None:
            raise _NotBroughtError("missing")
        return file

    def _keep(self, ready: Sequence[Ready]) -> list[ToDo]:
        """Let the documents have their files, in the open transaction; returns what HR has to look at."""
        held = _hold([document.id for document, _file in ready])
        # The others were deleted since, or brought by somebody else.
        ready = [(document, file) for document, file in ready if document.id in held]
        kept = files_keep([(document.company_id, file) for document, file in ready])
        found: list[ToDo] = []
        versions: list[DocumentVersion] = []
        for (document, file), stored in zip(ready, kept, strict=True):
            if isinstance(stored, DomainError):
                found.append(self._not_brought(document, _NotBroughtError("refused", _sentence(stored))))
                continue
            row = held[document.id]
            found += _differences(document, row, file)
            versions.append(_version(row, file, stored))
            self._tally.counts["brought"] += 1
            self._tally.bytes += file.size
        _write(versions, held)
        return found

    def _not_brought(self, document: Waiting, refusal: _NotBroughtError) -> ToDo:
        self._tally.not_brought(refusal.what, document, refusal.why)
        kind = ToDoKind.MISSING_FILE if refusal.what == "missing" else ToDoKind.REFUSED_FILE
        named = document.address or document.name
        return _todo(document, kind, f"{named}: {refusal.why}" if refusal.why else named)


def _write(versions: Sequence[DocumentVersion], held: Mapping[UUID, Document]) -> None:
    """Write the first versions, into the documents as well unless people uploaded a newer one since."""
    if not versions:
        return
    ids = [version.document_id for version in versions]
    DocumentVersion.objects.bulk_create(versions)
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [ids])
    publish_many(_told(version, held[version.document_id]) for version in versions)
    todo_close(subject_ids=ids, kinds=_FILE_KINDS)


def _version(document: Document, file: CheckedFile, stored: StoredFile) -> DocumentVersion:
    return DocumentVersion(
        id=uuid4(),
        company_id=document.company_id,
        document=document,
        version=1,
        filename=document.filename,
        file=stored,
        file_size=file.size,
        mime_type=file.mime_type,
        uploaded_by=document.uploaded_by,
        created_at=document.created_at,
    )


def _told(version: DocumentVersion, document: Document) -> Publication:
    event = DocumentVersioned(
        document_id=document.id,
        company_id=document.company_id,
        title=document.title,
        version=version.version,
        uploaded_by=version.uploaded_by,
        size=version.file_size,
        mime_type=version.mime_type,
    )
    return Publication(event, document.id, document.company_id, document.version)


def _differences(document: Waiting, row: Document, file: CheckedFile) -> list[ToDo]:
    """What is otherwise than the old system said: it may be another file, or half of one."""
    said = []
    if document.size is not None and int(document.size) != file.size:
        said.append(f"{document.size} / {file.size} B")
    if row.version == 1 and row.mime_type not in {ANY_KIND, _SPELLED.get(file.mime_type, ""), file.mime_type}:
        said.append(f"{row.mime_type} / {file.mime_type}")
    return [_todo(document, ToDoKind.OTHER_FILE, ", ".join(said))] if said else []


def _todo(document: Waiting, kind: ToDoKind, detail: str) -> ToDo:
    return ToDo(kind, SubjectKind.DOCUMENT, document.id, document.title, document.company_id, detail)


def _sentence(error: DomainError) -> str:
    return f"{error.code}: {error.message}"


def _opened(folder: Path) -> OldFolder:
    try:
        return OldFolder(folder)
    except OSError as error:
        raise SourceUnreadableError(
            f"The folder of uploads {folder} cannot be read: {error.strerror or error}."
        ) from error


def _hold(ids: Sequence[UUID]) -> dict[UUID, Document]:
    """The documents that still have no first version, held until the transaction ends."""
    first = DocumentVersion.objects.filter(document=OuterRef("pk"), version=1)
    held = Document.objects.select_for_update(no_key=True).filter(~Exists(first), pk__in=ids).order_by("id")
    return {document.id: document for document in held}
