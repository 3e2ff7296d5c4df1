import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from document_service.documents.files import containers
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import (
    HEIC,
    JPEG,
    PARTS,
    PNG,
    WEBP,
    WORD,
    container,
    docx,
    pdf,
    send,
    send_version,
    sent,
)

pytestmark = pytest.mark.django_db
MEGABYTE = 1024 * 1024
OPEN_TEXT = "application/vnd.oasis.opendocument.text"
BOMB = bytes(20 * MEGABYTE)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code), answer.content


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), "application/pdf"),
        (PNG, "image/png"),
        (JPEG, "image/jpeg"),
        (WEBP, "image/webp"),
        (HEIC, "image/heif"),
        (docx(), WORD),
        (container({"mimetype": OPEN_TEXT, "content.xml": "<a/>"}), OPEN_TEXT),
        ("اسم,رقم\nمحمد,1\n".encode(), "text/plain"),
        ("\ufeffاسم".encode(), "text/plain"),
        ("اسم".encode("cp1256"), "text/plain"),
        ("اسم".encode("utf-16"), "text/plain"),
        (b"MZ and BM and GIF are words", "text/plain"),
    ],
)
def test_a_file_is_what_its_content_says(manager: Any, content: bytes, kind: str) -> None:
    assert sent(manager, content, name="paper.exe")["mime_type"] == kind


def test_only_a_name_tells_a_table_from_other_text(manager: Any) -> None:
    assert sent(manager, b"a,b\n1,2\n", name="staff.csv")["mime_type"] == "text/csv"


@pytest.mark.parametrize(
    "content",
    [
        b"MZ" + bytes(200),
        b"\x7fELF" + bytes(200),
        b"GIF89a" + bytes(20),
        bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600),
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><html></html>",
        b'  <svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<?xml version="1.0"?><a/>',
        b"hello <script>alert(1)</script>",
        "<script>alert(1)</script>".encode("utf-16"),
        b"a text with \0 in it",
        b"   \n ",
        container({"readme.txt": "a"}),
        container({**PARTS, "word/vbaProject.bin": b"macro"}),
        container({"mimetype": OPEN_TEXT + "-template", "content.xml": "<a/>"}),
    ],
)
def test_what_is_not_on_the_list_is_refused_whatever_it_is_called(
    manager: Any, folder: Path, content: bytes
) -> None:
    refused(send(manager, content, name="contract.pdf"), 415, "UNSUPPORTED_MEDIA_TYPE")
    assert not [path for path in folder.rglob("*") if path.is_file()]


def lying(content: bytes) -> bytes:
    """The same zip, whose list of parts says that everything is small."""
    at = content.rindex(b"PK\1\2")
    return content[: at + 24] + struct.pack("<I", 10) + content[at + 28 :]


@pytest.mark.parametrize(
    "content",
    [
        docx(**{"word/media/zeros.bin": BOMB}),
        lying(docx(**{"word/media/zeros.bin": BOMB})),
        docx(**{f"word/{number}.xml": "" for number in range(containers.MOST_ENTRIES)}),
        docx(**{"../../etc/passwd": "root"}),
        docx(**{"word/a.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
        container(PARTS, compression=zipfile.ZIP_BZIP2),
        docx()[:-30],
        docx()[:60],
        docx().replace(b"PK\1\2\x14\x03\x14\0\0\0", b"PK\1\2\x14\x03\x14\0\1\0"),
    ],
    ids=["bomb", "lying", "parts", "outside", "entity", "bzip2", "cut", "beginning", "encrypted"],
)
def test_a_container_that_could_harm_who_opens_it_is_refused(manager: Any, content: bytes) -> None:
    refused(send(manager, content, name="contract.docx"), 422, "UNSAFE_FILE")


def test_a_list_of_parts_is_measured_before_it_is_read(manager: Any) -> None:
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, 20 * MEGABYTE, 0, 0)
    refused(send(manager, docx() + end), 422, "UNSAFE_FILE")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../x", "x"),
        ("..\\..\\windows\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd"),
        ("عقد\u202efdp.exe", "عقدfdp.exe"),
        ("a" * 400 + ".pdf", "a" * 251 + ".pdf"),
        ("سيرة ذاتية.pdf", "سيرة ذاتية.pdf"),
    ],
)
def test_a_file_name_is_shown_and_never_a_path(manager: Any, folder: Path, name: str, shown: str) -> None:
    assert sent(manager, name=name)["filename"] == shown
    assert not [path for path in folder.rglob("*") if path.is_file() and len(path.name) != 64]


def test_a_file_beyond_the_limit_is_not_read_to_its_end(manager: Any, settings: Any, folder: Path) -> None:
    settings.DOCUMENT_MAX_BYTES = 100_000
    answer = send(manager, pdf("x" * 100_000))
    refused(answer, 413, "PAYLOAD_TOO_LARGE")
    assert answer["Connection"] == "close"
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert send(manager, pdf("x" * 99_000)).status_code == 201


def test_a_body_that_says_it_is_too_large_is_not_read_at_all(
    manager: Any, settings: Any, folder: Path
) -> None:
    settings.DOCUMENT_MAX_BYTES = 1_000
    refused(send(manager, pdf("x" * 2 * MEGABYTE)), 413, "PAYLOAD_TOO_LARGE")
    assert not folder.exists()


def test_files_come_as_forms_and_everything_else_as_json(manager: Any) -> None:
    refused(manager.post("/documents", {"title": "x"}), 415, "UNSUPPORTED_MEDIA_TYPE")
    document = sent(manager)
    form = {"title": "x"}
    answer = manager.put(f"/documents/{document['id']}", form, format="multipart")
    refused(answer, 415, "UNSUPPORTED_MEDIA_TYPE")
    large = manager.put(f"/documents/{document['id']}", {"description": "x" * 20 * MEGABYTE})
    refused(large, 413, "PAYLOAD_TOO_LARGE")


@pytest.mark.parametrize("body", [b"", b"--wrong", b"--" + BOUNDARY.encode() + b"\r\n\r\n"])
def test_a_form_without_a_file_is_refused(manager: Any, body: bytes) -> None:
    answer = manager.generic("POST", "/documents", body, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 422
    assert answer.json()["error"]["details"].keys() == {"file", "title"}


def test_a_form_that_cannot_be_read_is_malformed(manager: Any) -> None:
    answer = manager.generic("POST", "/documents", b"x", content_type="multipart/form-data")
    refused(answer, 400, "MALFORMED_REQUEST")


def test_one_file_comes_at_a_time(manager: Any) -> None:
    files = [SimpleUploadedFile(f"{number}.pdf", pdf()) for number in range(2)]
    body = encode_multipart(BOUNDARY, {"file": files, "title": "x"})
    answer = manager.generic("POST", "/documents", body, content_type=MULTIPART_CONTENT)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"title": ["a", "b"]}, "title"),
        ({"category": "x" * 101}, "category"),
        ({"description": "x" * 1001}, "description"),
        ({"tags": ",".join(map(str, range(21)))}, "tags"),
        ({"is_public": "perhaps"}, "is_public"),
        ({"document_type": "passport card"}, "document_type"),
        ({"expires_on": "31/12/2026"}, "expires_on"),
        ({"expires_on": "0000-00-00"}, "expires_on"),
        ({"employee_id": "me"}, "employee_id"),
        ({"permissions": "[1"}, "permissions"),
        ({"permissions": '{"read": ["everybody"]}'}, "permissions"),
        ({"uploaded_by": "me"}, "uploaded_by"),
        ({"company_id": "5d9f0c52-6c8e-5a55-9a0e-0d7b9a0c1f11"}, "company_id"),
    ],
)
def test_what_is_said_about_a_file_is_checked_by_name(
    manager: Any, folder: Path, fields: dict[str, Any], wrong: str
) -> None:
    answer = send(manager, **fields)
    refused(answer, 422, "VALIDATION_ERROR")
    assert list(answer.json()["error"]["details"]) == [wrong]
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_a_newer_version_is_checked_like_the_first(manager: Any, as_role: Client) -> None:
    document = sent(manager)
    refused(send_version(manager, document["id"], b"MZ" + bytes(100)), 415, "UNSUPPORTED_MEDIA_TYPE")
    refused(send_version(manager, document["id"], docx()[:-30]), 422, "UNSAFE_FILE")
    refused(send_version(manager, document["id"], change_log=""), 422, "VALIDATION_ERROR")
    assert manager.get(f"/documents/{document['id']}").json()["document"]["version"] == 1
