"""The files of a person's documents: what the package names, and what the document service gives of it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import msgspec
from django.conf import settings

from common.contracts.base import readable, to_wire
from common.privacy.choices import Holding
from common.privacy.subjects import Section, Subject
from common.security.peers import OK, Limits, PeerError, ask
from employee_service.person_requests.choices import LeftOut

SERVICE = "document"
SECONDS = 60.0
PROBE = Limits(seconds=3.0, largest=65_536)
LONGEST_NAME = 120
# Of whatever might lead out of the folder or mean something to a shell.
_UNSAFE = re.compile(r"[^\w.() -]+")
_GONE = frozenset({"FILE_MISSING", "NOT_FOUND"})


@readable
class _Named(msgspec.Struct, frozen=True, kw_only=True):
    """What the document service's share says of a file."""

    id: UUID
    filename: str = ""
    file_size: int = 0


@readable
class _Refusal(msgspec.Struct):
    code: str = ""


@readable
class _Refused(msgspec.Struct):
    error: _Refusal


_refused = msgspec.json.Decoder(_Refused)


@dataclass(frozen=True)
class PersonFile:
    """A file that the package names; ``path`` is where it is in the package."""

    version_id: UUID
    path: str
    size: int


class LeftOutError(Exception):
    """The file does not come into the package; ``why`` is told to who reads it."""

    def __init__(self, why: LeftOut) -> None:
        super().__init__(why)
        self.why = why


def files_named(sections: Iterable[Section]) -> list[PersonFile]:
    """The files that the document service's share names."""
    rows = [row for section in sections if section.holding == Holding.FILES for row in section.rows]
    named = [msgspec.convert(row, _Named, strict=False) for row in rows]
    return [
        PersonFile(version_id=file.id, path=_path(number, file.filename), size=file.file_size)
        for number, file in enumerate(named, start=1)
    ]


def files_can_be_asked_for() -> bool:
    """Whether the document service answers at all; better asked before the one download begins."""
    try:
        return ask(SERVICE, "/health", PROBE).status == OK
    except PeerError:
        return False


def file_fetch(subject: Subject, file: PersonFile, *, largest: int) -> bytes:
    """The file's bytes, of which there are as many as were named; raises LeftOutError."""
    if file.size > largest:
        raise LeftOutError(LeftOut.TOO_LARGE)
    body = {**to_wire(subject), "version_id": str(file.version_id)}
    try:
        answer = ask(
            SERVICE, "/internal/privacy/files", Limits(SECONDS, max(file.size, PROBE.largest)), body=body
        )
    except PeerError:
        raise LeftOutError(LeftOut.NO_ANSWER) from None
    if answer.status != OK:
        raise LeftOutError(_why(answer.content))
    if len(answer.content) != file.size:
        raise LeftOutError(LeftOut.GONE)
    return answer.content


def most_bytes() -> int:
    """How much the files of one package may be together."""
    most: int = settings.PERSON_PACKAGE_MB * 1024 * 1024
    return most


def _why(content: bytes) -> LeftOut:
    try:
        code = _refused.decode(content).error.code
    except msgspec.MsgspecError:
        return LeftOut.NO_ANSWER
    if code in _GONE:
        return LeftOut.GONE
    return LeftOut.NOT_SAFE if code.startswith("FILE_") else LeftOut.NO_ANSWER


def _path(number: int, filename: str) -> str:
    """Of a file, a name that is nobody else's in the package and leads nowhere else."""
    name = _UNSAFE.sub("_", filename).strip(" .")[-LONGEST_NAME:] or "file"
    return f"files/{number:03d}-{name}"
