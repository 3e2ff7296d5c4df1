"""The package of an export: JSON for programs and one page for people, made while it is downloaded, once."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from common.privacy.subjects import Section
from common.security.principal import Principal
from employee_service.person_requests.choices import LeftOut, RequestKind, RequestState
from employee_service.person_requests.exceptions import (
    FilesNotReadyError,
    NotReadyError,
    NotYourPackageError,
    PackageGoneError,
    RequestNotFoundError,
)
from employee_service.person_requests.models import PersonRequest, RequestPart
from employee_service.person_requests.services.files import (
    SERVICE,
    LeftOutError,
    PersonFile,
    file_fetch,
    files_can_be_asked_for,
    files_named,
    most_bytes,
)

Json = dict[str, Any]
Share = tuple[str, list[Section]]
_sections = msgspec.json.Decoder(list[Section])


@transaction.atomic
def package_take(*, person: Principal, request: PersonRequest) -> Iterator[bytes]:
    """The package as the pieces of a ZIP file, for whoever asked for it and once: its content is deleted with this.

    Files of documents are fetched while it is read. Raises RequestNotFoundError (it is no export),
    NotYourPackageError, NotReadyError, PackageGoneError and FilesNotReadyError, after which it can be taken still.
    """
    request = PersonRequest.objects.select_for_update().select_related("employee").get(pk=request.pk)
    if request.kind != RequestKind.EXPORT:
        raise RequestNotFoundError
    if request.requested_by != person.id:
        raise NotYourPackageError
    if request.state == RequestState.RUNNING:
        raise NotReadyError
    if (
        request.state != RequestState.READY
        or request.expires_at is None
        or request.expires_at <= timezone.now()
    ):
        raise PackageGoneError
    services = [
        (part.service, _sections.decode(part.content))
        for part in RequestPart.objects.filter(request=request).order_by("service")
    ]
    files = files_named(
        section for service, sections in services if service == SERVICE for section in sections
    )
    if files and not files_can_be_asked_for():
        raise FilesNotReadyError
    RequestPart.objects.filter(request=request).update(content="")
    request.state, request.downloaded_at, request.expires_at = RequestState.DOWNLOADED, timezone.now(), None
    request.save(update_fields=["state", "downloaded_at", "expires_at"])
    return _zipped(request, services, files)


def package_name(request: PersonRequest) -> str:
    """What the file is called: nobody's name is in it."""
    return f"personal-data-{request.id}.zip"


class _Pieces(io.RawIOBase):
    """What the ZIP file has come to since it was last taken."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        """Yes, and there is no way back in it."""
        return True

    def write(self, piece: Any) -> int:
        """Keep it until it is taken."""
        self._pieces.append(bytes(piece))
        return len(piece)

    def taken(self) -> bytes:
        """All of it, once."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def _zipped(request: PersonRequest, services: list[Share], files: list[PersonFile]) -> Iterator[bytes]:
    """The package piece by piece: of the files, one at a time is held in memory."""
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as package:
        for service, sections in services:
            package.writestr(f"{service}.json", _json({one.holding: one.rows for one in _merged(sections)}))
        left_out: dict[str, LeftOut] = {}
        most = most_bytes()
        for file in files:
            yield pieces.taken()
            try:
                package.writestr(file.path, file_fetch(request.subject, file, largest=most))
                most -= file.size
            except LeftOutError as error:
                left_out[file.path] = error.why
        package.writestr("manifest.json", _json(_manifest(request, services, files, left_out)))
        package.writestr("index.html", _page(request, services, files, left_out))
    yield pieces.taken()


def _manifest(
    request: PersonRequest, services: list[Share], files: list[PersonFile], left_out: Mapping[str, LeftOut]
) -> Json:
    return {
        "request": str(request.id),
        "reason": request.reason,
        "asked_for_by": request.requested_by_name,
        "asked_for_at": request.created_at.isoformat(),
        "collected_at": request.finished_at.isoformat() if request.finished_at else None,
        "employee_id": str(request.employee_id),
        "company_id": str(request.company_id),
        "services": {
            service: {section.holding: len(section.rows) for section in sections}
            for service, sections in services
        },
        "files": [
            {
                "version_id": str(file.version_id),
                "path": file.path,
                "size": file.size,
                **({"left_out": left_out[file.path].value} if file.path in left_out else {}),
            }
            for file in files
        ],
    }


def _merged(sections: list[Section]) -> list[Section]:
    """Sections of one kind as one: two tables may hold the same kind."""
    found: dict[str, Section] = {}
    for section in sections:
        if section.holding in found:
            found[section.holding].rows.extend(section.rows)
        else:
            found[section.holding] = msgspec.structs.replace(section, rows=list(section.rows))
    return list(found.values())


def _json(content: Json) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _page(
    request: PersonRequest, services: list[Share], files: list[PersonFile], left_out: Mapping[str, LeftOut]
) -> str:
    with translation.override(request.language):
        shown = [
            {
                "name": service,
                "sections": [
                    {"title": section.title, "rows": [_labelled(section, row) for row in section.rows]}
                    for section in sections
                ],
            }
            for service, sections in services
        ]
        context = {
            "request": request,
            "services": shown,
            "files": [(file.path, left_out.get(file.path)) for file in files],
            "rtl": translation.get_language_bidi(),
        }
        return render_to_string("person_requests/package.html", context)


def _labelled(section: Section, row: Json) -> list[tuple[str, Any]]:
    return [
        (
            section.labels.get(name, name),
            json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value,
        )
        for name, value in row.items()
    ]
