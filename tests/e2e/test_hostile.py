"""What is too large, made to explode, or made to lie: a clear error or work in the background, no fallen process."""

import io
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

import httpx
import pytest

from common.runtime.layout import PROCESSES, SERVICES
from tests.e2e.house import House, Person
from tests.waiting import wait_until

LARGE = 20_000_000
ROWS = 150_000
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SLOWEST = 5.0
"""Seconds in which anything hostile has its answer."""


@pytest.fixture(autouse=True)
def _nothing_falls(house: House) -> Iterator[None]:
    processes = [house.stack.process(service, process) for service in SERVICES for process in PROCESSES]
    before = {each.name: each.restart_count for each in processes}
    yield
    assert {each.name: each.restart_count for each in processes} == before


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code, of an answer that came soon."""
    assert answer.elapsed.total_seconds() < SLOWEST
    return answer.status_code, answer.json()["error"]["code"]


@pytest.mark.parametrize(
    ("service", "path"),
    [
        ("auth", "/register"),
        ("company", "/companies"),
        ("employee", "/employees"),
        ("document", "/categories"),
        ("notification", "/templates"),
        ("analytics", "/reports"),
    ],
)
def test_a_body_of_20_mb_is_too_large(hr: Person, service: str, path: str) -> None:
    answer = hr.ask("POST", service, path, json={"name": "x" * LARGE})
    assert error_of(answer) == (413, "PAYLOAD_TOO_LARGE")


def test_a_body_of_unknown_length_is_refused(house: House, hr: Person) -> None:
    def pieces() -> Iterator[bytes]:
        yield b'{"name": "'
        for _ in range(LARGE // 100_000):
            yield b"x" * 100_000
        yield b'"}'

    url, headers = f"{house.stack.url('company')}/companies", {"Content-Type": "application/json"}
    headers["Authorization"] = f"Bearer {hr.token}"
    try:
        answer = httpx.post(url, content=pieces(), headers=headers, timeout=60)
    except httpx.TransportError:
        return  # the answer came while the client was still sending, and the connection ended
    assert error_of(answer) in {
        (413, "PAYLOAD_TOO_LARGE"),
        (400, "MALFORMED_REQUEST"),
        (411, "LENGTH_REQUIRED"),
    }


def bomb(depth: int) -> bytes:
    """An office document that is small on its way and very large unpacked; ``depth`` times one in another."""
    content = b"\0" * 50_000_000
    for _ in range(depth):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", b"<Types/>")
            for number in range(10):
                archive.writestr(f"word/document{number or ''}.xml", content)
        content = packed.getvalue()
    return content


@pytest.mark.parametrize("name", ["letter.docx", "table.xlsx", "all.zip", "letter.pdf"])
def test_a_zip_bomb_is_refused_without_being_unpacked(manager: Person, name: str) -> None:
    assert error_of(upload(manager, name, bomb(1)))[0] in {415, 422}


def test_a_bomb_in_a_small_office_document_stays_packed(manager: Person) -> None:
    content = bomb(2)
    answer = upload(manager, "letter.docx", content)
    assert answer.elapsed.total_seconds() < SLOWEST
    assert answer.status_code in {201, 415, 422}
    if answer.status_code == httpx.codes.CREATED:
        assert answer.json()["document"]["file_size"] == len(content)


def upload(
    person: Person, name: str, content: bytes, kind: str = "application/octet-stream"
) -> httpx.Response:
    """The answer to an upload."""
    files = {"file": (name, content, kind)}
    return person.ask("POST", "document", "/documents", data={"title": "hostile"}, files=files)


@pytest.mark.parametrize(
    "name",
    [
        "../../x.pdf",
        "/etc/passwd.pdf",
        "..\\..\\x.pdf",
        "C:\\windows\\x.pdf",
        "x\r\nSet-Cookie: a=b.pdf",
        'x"; filename="y.html',
        "\u202efdp.exe.pdf",
        "." * 300 + ".pdf",
        "con.pdf",
        "..",
    ],
)
def test_a_name_that_leads_elsewhere_leads_nowhere(house: House, manager: Person, name: str) -> None:
    outside = set(house.stack.root.parent.iterdir())
    answer = upload(manager, name, PAPER + uuid4().bytes)
    assert answer.status_code in {201, 422}, answer.text
    assert set(house.stack.root.parent.iterdir()) == outside
    if answer.status_code == httpx.codes.CREATED:
        document = answer.json()["document"]
        assert PurePosixPath(document["filename"]).name == document["filename"]
        assert not set(document["filename"]) & set('\\\r\n\0"')
        assert ".." not in document["file_path"]
        assert str(house.stack.root) not in answer.text
        served = manager.ask("GET", "document", f"/documents/{document['id']}/download")
        assert served.status_code == httpx.codes.OK
        assert "Set-Cookie" not in served.headers
        saved = Message()
        saved["Content-Disposition"] = served.headers["Content-Disposition"]
        assert saved.get_content_disposition() == "attachment"
        assert PurePosixPath(str(saved.get_filename())).suffix == ".pdf"


TEXTS: dict[str, str] = {
    "unknown": "Dear {{ salary_of_the_boss }}",
    "a look into things": "{{ name.__class__.__mro__ }}",
    "a loop": "{% for a in b %}{% endfor %}",
    "settings": "{{ settings.SECRET_KEY }}",
    "a filter": "{{ name|add:name }}",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_template_with_what_is_not_declared_is_refused(manager: Person, text: str) -> None:
    body = {
        "name": f"hostile_{uuid4().hex[:8]}",
        "type": "in_app",
        "content_ar": text,
        "content_en": text,
        "variables": ["name"],
    }
    answer = manager.ask("POST", "notification", "/templates", json=body)
    assert error_of(answer) in {(422, "UNKNOWN_VARIABLE"), (422, "MALFORMED_TEMPLATE")}


def test_a_notice_with_an_unknown_variable_is_refused(manager: Person) -> None:
    body = {
        "name": f"hostile_{uuid4().hex[:8]}",
        "type": "in_app",
        "content_ar": "{{ name }}",
        "variables": ["name"],
    }
    template = manager.ask("POST", "notification", "/templates", json=body).json()["template"]["id"]
    notice = {"user_id": manager.id, "type": "in_app", "template_id": template}
    for variables, code in (
        ({"name": "a", "other": "b"}, "UNKNOWN_VARIABLE"),
        ({}, "MISSING_VARIABLE"),
    ):
        answer = manager.ask(
            "POST", "notification", "/notifications", json={**notice, "variables": variables}
        )
        assert error_of(answer) == (422, code)
    good = {**notice, "variables": {"name": "{{ name }}<script>"}}
    sent = manager.ask("POST", "notification", "/notifications", json=good).json()["notification"]
    assert sent["message"] == "{{ name }}<script>"


@pytest.fixture
def many_events(house: House, manager_company: str) -> Iterator[None]:
    """More events than anybody reads."""
    table = "INSERT INTO analytics_events"
    columns = "(id, producer, position, type, company_id, aggregate_id, version, occurred_at, payload)"
    rows = (
        "SELECT gen_random_uuid(), 'employee', 1000000000 + n, 'employee.updated', %s, gen_random_uuid(), 1,"
        " now() - n * interval '1 second', '{\"a\": \"=1+1\"}' FROM generate_series(1, %s) n"
    )
    analytics = house.databases.connection("analytics")
    analytics.execute(f"{table} {columns} {rows}".encode(), [manager_company, ROWS])
    yield
    analytics.execute("DELETE FROM analytics_events WHERE position > 1000000000")


@pytest.mark.usefixtures("many_events")
def test_a_report_over_many_rows_is_written_while_everybody_else_is_served(
    house: House, manager: Person
) -> None:
    asked = manager.ask("POST", "analytics", "/reports", json={"kind": "events", "format": "csv"})
    assert asked.status_code == httpx.codes.ACCEPTED, asked.text
    assert asked.elapsed.total_seconds() < SLOWEST
    path = f"/reports/{asked.json()['report']['id']}"

    def report() -> dict[str, Any]:
        # Lists are served meanwhile.
        assert manager.ask("GET", "analytics", "/events").elapsed.total_seconds() < SLOWEST
        found: dict[str, Any] = manager.get("analytics", path)["report"]
        return found

    wait_until(lambda: report()["status"] in {"ready", "failed"}, "the report is written", seconds=120)
    assert (report()["status"], report()["rows"] >= ROWS) == ("ready", True)
    lines = cells = 0
    url, headers = house.stack.url("analytics"), {"Authorization": f"Bearer {manager.token}"}
    with httpx.stream("GET", f"{url}{path}/download", headers=headers, timeout=60) as answer:
        for line in answer.iter_lines():
            lines += 1
            cells += ",=" in line
    assert lines >= ROWS
    assert cells == 0
