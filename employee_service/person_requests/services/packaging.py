"""The package of an export: JSON for programs and one page for people, made while it is downloaded, once."""

import io
import json
import zipfile
from typing import Any

import msgspec
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from common.privacy.subjects import Section
from common.security.principal import Principal
from employee_service.person_requests.choices import RequestKind, RequestState
from employee_service.person_requests.exceptions import (
    NotReadyError,
    NotYourPackageError,
    PackageGoneError,
    RequestNotFoundError,
)
from employee_service.person_requests.models import PersonRequest, RequestPart

Json = dict[str, Any]
_sections = msgspec.json.Decoder(list[Section])


@transaction.atomic
def package_take(*, person: Principal, request: PersonRequest) -> bytes:
    """The package as a ZIP file, for whoever asked for it and once: its content is deleted with this.

    Raises RequestNotFoundError (it is no export), NotYourPackageError, NotReadyError and PackageGoneError.
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
    parts = list(RequestPart.objects.filter(request=request).order_by("service"))
    package = _zipped(request, parts)
    RequestPart.objects.filter(request=request).update(content="")
    request.state, request.downloaded_at, request.expires_at = RequestState.DOWNLOADED, timezone.now(), None
    request.save(update_fields=["state", "downloaded_at", "expires_at"])
    return package


def package_name(request: PersonRequest) -> str:
    """What the file is called: nobody's name is in it."""
    return f"personal-data-{request.id}.zip"


def _zipped(request: PersonRequest, parts: list[RequestPart]) -> bytes:
    services = [(part.service, _sections.decode(part.content)) for part in parts]
    manifest: Json = {
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
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("manifest.json", _json(manifest))
        for service, sections in services:
            package.writestr(f"{service}.json", _json({one.holding: one.rows for one in _merged(sections)}))
        package.writestr("index.html", _page(request, services))
    return file.getvalue()


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


def _page(request: PersonRequest, services: list[tuple[str, list[Section]]]) -> str:
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
        context = {"request": request, "services": shown, "rtl": translation.get_language_bidi()}
        return render_to_string("person_requests/package.html", context)


def _labelled(section: Section, row: Json) -> list[tuple[str, Any]]:
    return [
        (
            section.labels.get(name, name),
            json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value,
        )
        for name, value in row.items()
    ]
