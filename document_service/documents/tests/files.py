"""Files as people bring them."""

import io
import zipfile
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PARTS = {"[Content_Types].xml": "<Types/>", "word/document.xml": "<document/>"}
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17)
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(20)
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + bytes(20)
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(8)


def pdf(text: str = "") -> bytes:
    """A file that begins as a PDF does; without a text, one that nobody has seen before."""
    return f"%PDF-1.7\n{text or uuid4()}\n%%EOF".encode()


def container(parts: dict[str, Any], **options: Any) -> bytes:
    """A zip with these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", **{"compression": zipfile.ZIP_DEFLATED, **options}) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def docx(**parts: Any) -> bytes:
    """A document of Word, with more parts than it needs."""
    return container({**PARTS, **parts})


def send(client: Any, content: bytes | None = None, *, name: str = "contract.pdf", **fields: Any) -> Any:
    """Upload a new document."""
    file = SimpleUploadedFile(name, pdf() if content is None else content)
    return client.post("/documents", {"file": file, "title": "عقد", **fields}, format="multipart")


def sent(client: Any, content: bytes | None = None, **fields: Any) -> dict[str, Any]:
    """Upload a new document, which is accepted."""
    answer = send(client, content, **fields)
    assert answer.status_code == 201, answer.content
    document: dict[str, Any] = answer.json()["document"]
    return document


def send_version(client: Any, document_id: object, content: bytes | None = None, **fields: Any) -> Any:
    """Upload a newer version of a document."""
    file = SimpleUploadedFile("newer.pdf", pdf() if content is None else content)
    body = {"file": file, "change_log": "renewed", **fields}
    return client.post(f"/documents/{document_id}/versions", body, format="multipart")


def content_of(answer: Any) -> bytes:
    """The file in an answer."""
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)
