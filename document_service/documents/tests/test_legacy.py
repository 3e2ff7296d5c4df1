"""Documents out of the old application's file."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from common.legacy.choices import Problem, QuarantineReason
from common.legacy.ids import new_id
from common.legacy.mapper import Imported, Quarantined
from common.legacy.old_documents import KINDS
from common.legacy.staging import stage
from common.security.tenancy import all_companies
from common.testing.database import TestDatabase
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import (
    SECOND,
    company,
    document,
    employee,
    user,
    write_legacy_file,
)
from common.testing.legacy_runs import (
    REAL_FILES,
    events_published,
    import_legacy,
    import_legacy_killed,
    table_content,
)
from document_service.documents.choices import DocumentType
from document_service.documents.legacy import ACCOUNT, change_documents, map_document, remove_documents
from document_service.documents.models import Document, DocumentPermission
from document_service.documents.services.imports import OldDocumentFields
from document_service.documents.tests.conftest import Client

FACTS = known_facts(companies=["company-1"], users=["user-1"], employees=["emp-1"], licenses=["lic-1"])
COMPANY = new_id("companies", "company-1")
EMPLOYEE = new_id("employees", "emp-1")
UPLOADER = new_id("users", "user-1")


def mapped(**values: Any) -> Imported[OldDocumentFields]:
    found = map_document(document(1, **values), 0, FACTS)
    assert isinstance(found, Imported)
    return found


def todo(found: Imported[Any]) -> list[tuple[str, str]]:
    return [(item.kind.value, item.detail) for item in found.todo]


def test_a_document_is_carried_with_what_is_known_about_it() -> None:
    found = mapped(tags='["hr", " HR ", "2024"]', description="نسخة", file_size=12, notes="kept")
    args = found.args
    assert (found.id, found.company_id) == (new_id("documents", "doc-1"), COMPANY)
    assert (args.title, args.filename, args.mime_type) == ("جواز سفر", "doc1.pdf", "application/pdf")
    assert (args.document_type, args.category, args.tags) == ("passport", "passport", ("hr", "2024"))
    assert (args.employee_id, args.license_id, args.uploaded_by) == (EMPLOYEE, None, UPLOADER)
    assert json.loads(args.old_values) == {"file_url": "/uploads/doc1.pdf", "file_size": 12, "notes": "kept"}
    assert args.created_at is not None
    assert args.created_at.timestamp() == SECOND
    assert todo(found) == []


def test_every_kind_of_paper_is_known_under_the_same_word() -> None:
    assert set(DocumentType.values) == KINDS


def test_a_mime_type_in_the_place_of_the_kind_is_the_content_type() -> None:
    args = mapped(type="image/PNG", mime_type=None).args
    assert (args.document_type, args.category, args.mime_type) == ("", "", "image/png")
    assert mapped(type="image/png", mime_type="application/pdf").args.mime_type == "application/pdf"


def test_a_kind_that_nobody_knows_stays_a_category() -> None:
    args = mapped(type="Visa stamp").args
    assert (args.document_type, args.category, args.category_folded) == ("other", "Visa stamp", "visa stamp")


@pytest.mark.parametrize(
    ("values", "about"),
    [
        ({"entity_type": "company", "entity_id": "company-1"}, (None, None)),
        ({"entity_type": "license", "entity_id": "lic-1"}, (None, new_id("licenses", "lic-1"))),
        ({"entity_type": "default", "entity_id": "emp-1"}, (EMPLOYEE, None)),
        ({"entity_type": "default", "entity_id": "lic-1"}, (None, new_id("licenses", "lic-1"))),
    ],
)
def test_a_document_is_about_an_employee_a_licence_or_the_company(
    values: dict[str, Any], about: tuple[UUID | None, UUID | None]
) -> None:
    found = mapped(**values)
    assert (found.args.employee_id, found.args.license_id) == about
    assert found.company_id == COMPANY
    assert todo(found) == []


@pytest.mark.parametrize("entity_id", ["default", "", None, "unknown"])
def test_a_document_about_nobody_is_filed_with_its_uploaders_company_and_listed(
    entity_id: str | None,
) -> None:
    found = mapped(entity_type="default", entity_id=entity_id)
    assert (found.company_id, found.args.employee_id) == (COMPANY, None)
    assert todo(found) == [("unknown_owner", "")]


@pytest.mark.parametrize(
    "values",
    [
        {"entity_id": "emp-gone"},
        {"entity_type": "company", "entity_id": "emp-1"},
        {"entity_type": "default", "entity_id": "emp-gone"},
        {"entity_type": "default", "entity_id": "default", "uploaded_by": "unknown"},
        {"entity_id": b"\xff"},
    ],
)
def test_an_orphan_is_set_aside(values: dict[str, Any]) -> None:
    found = map_document(document(1, **values), 0, FACTS)
    assert isinstance(found, Quarantined)
    assert found.reason == QuarantineReason.UNKNOWN_OWNER


def test_an_id_that_several_things_have_leads_to_none_of_them() -> None:
    facts = known_facts(companies=["7"], employees=["7"])
    found = map_document(document(1, entity_type="default", entity_id="7"), 0, facts)
    assert isinstance(found, Quarantined)


def test_an_uploader_who_is_not_in_the_file_is_kept_as_the_old_system_said() -> None:
    args = mapped(uploaded_by="unknown").args
    assert args.uploaded_by == new_id("users", "unknown")
    assert json.loads(args.old_values)["uploaded_by"] == "unknown"


def test_what_cannot_be_read_is_kept_and_listed() -> None:
    found = mapped(tags="[broken", file_size=-3, created_at="yesterday")
    assert found.args.tags == ()
    old = json.loads(found.args.old_values)
    assert (old["tags"], old["file_size"], old["created_at"]) == ("[broken", -3, "yesterday")
    assert sorted(todo(found)) == [
        ("unreadable_value", "created_at: yesterday"),
        ("unreadable_value", "file_size: -3"),
        ("unreadable_value", "tags: [broken"),
    ]


def test_a_document_is_called_as_its_file_when_it_has_no_name() -> None:
    assert mapped(name=None).args.title == "doc1.pdf"


@pytest.mark.parametrize(
    ("values", "problems"),
    [
        ({"name": None, "file_name": None}, {"name": Problem.MISSING}),
        ({"name": "x" * 256}, {"name": Problem.TOO_LONG}),
        ({"name": b"\xff"}, {"name": Problem.NOT_TEXT}),
    ],
)
def test_a_document_without_a_name_is_set_aside_where_its_companys_staff_see_it(
    values: dict[str, Any], problems: dict[str, Problem]
) -> None:
    found = map_document(document(1, **values), 0, FACTS)
    assert isinstance(found, Quarantined)
    assert (found.reason, found.company_id) == (QuarantineReason.UNREADABLE_VALUES, COMPANY)
    assert found.problems == problems


def test_a_path_in_a_file_name_is_never_shown() -> None:
    assert mapped(file_name="../../etc/passwd").args.filename == "passwd"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1), company(2)],
        users=[user(1)],
        employees=[employee(1), employee(2, company_id="company-2"), employee(3, company_id="company-gone")],
        licenses=[{"id": "lic-1", "company_id": "company-2"}],
        documents=[
            document(1, tags='["hr"]'),
            document(2, entity_id="emp-2", is_active=0, type="application/pdf"),
            document(3, entity_type="license", entity_id="lic-1", name="رخصة البلدية"),
            document(4, entity_id="emp-3"),
            document(5, entity_type="default", entity_id="default", uploaded_by="user-1"),
            document(6, name=None, file_name=None),
        ],
    )


@pytest.mark.usefixtures("db")
def test_the_command_imports_the_documents_of_a_file(source: Path, tmp_path: Path) -> None:
    report = import_legacy(source, tmp_path / "reports")["tables"]["documents"]
    assert (report["source_rows"], report["imported"], report["quarantined"]) == (6, 4, 2)
    assert report["reasons"] == {"unknown_owner": 1, "unreadable_values": 1}
    assert report["todo"] == {"unknown_owner": 1}
    with all_companies("test"):
        licence = Document.objects.get(old_id="doc-3")
        assert licence.company_id == new_id("companies", "company-2")
        assert (licence.file_id, licence.file_size, licence.version) == (None, 0, 1)
        assert Document.objects.get(old_id="doc-2").is_archived
    types = {(kind, payload["source"]) for kind, payload in events_published()}
    assert types == {("document.uploaded", "import")}


@pytest.mark.usefixtures("db")
def test_a_second_import_of_a_file_changes_nothing(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "first")
    tables = (
        "documents",
        "document_terms",
        "document_versions",
        "event_log",
        "todo_items",
        "quarantined_rows",
    )
    before = {table: table_content(table, without=["run_id"]) for table in tables}
    report = import_legacy(source, tmp_path / "second")["tables"]["documents"]
    assert (report["imported"], report["unchanged"], report["quarantined"]) == (0, 4, 2)
    assert {table: table_content(table, without=["run_id"]) for table in tables} == before


@pytest.mark.usefixtures("db")
def test_imported_documents_are_listed_found_counted_and_cannot_be_downloaded(
    source: Path, tmp_path: Path, api: Client, person_token: Any
) -> None:
    import_legacy(source, tmp_path / "reports")
    manager = api(person_token(role="company_manager", company_id=COMPANY))
    listed = manager.get("/documents?sort_by=title").json()["documents"]
    assert {row["title"] for row in listed} == {"جواز سفر"}
    assert all(row["file_size"] == 0 and "sha256" not in row for row in listed)
    found = manager.get("/search?q=جواز&tags=hr").json()
    assert [row["id"] for row in found["documents"]] == [str(new_id("documents", "doc-1"))]
    assert found["facets"]["categories"] == {"passport": 1}
    assert manager.get("/statistics").json()["statistics"]["total_documents"] == 2
    address = f"/documents/{new_id('documents', 'doc-1')}"
    assert manager.get(f"{address}/versions").json()["versions"] == []
    answer = manager.get(f"{address}/download")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "FILE_MISSING")


@pytest.mark.usefixtures("db")
def test_people_find_documents_about_themselves_after_an_import(
    source: Path, tmp_path: Path, api: Client, person_token: Any
) -> None:
    import_legacy(source, tmp_path / "reports")
    client = api(person_token(role="worker", company_id=COMPANY, user_id=UPLOADER))
    assert client.get("/documents").json()["pagination"]["total"] == 2


def changed(**values: Any) -> Imported[OldDocumentFields]:
    facts = known_facts(companies=["company-1"], users=["user-1"], employees=["emp-1"])
    found = map_document(document(1, **values), 0, facts)
    assert isinstance(found, Imported)
    return found


@pytest.mark.usefixtures("db")
def test_a_changed_row_changes_its_document_and_the_words_it_is_found_by(
    source: Path, tmp_path: Path
) -> None:
    import_legacy(source, tmp_path / "reports")
    with all_companies("test"):
        change_documents([changed(name="إقامة", type="residence", is_active=0)])
        found = Document.objects.get(old_id="doc-1")
        assert (found.title, found.document_type, found.is_archived) == ("إقامة", "residence", True)
        terms = set(found.search_terms.values_list("term", flat=True))
    assert terms == {"اقامه", "doc1", "pdf"}


@pytest.mark.usefixtures("db")
def test_a_document_whose_person_changed_company_goes_along(source: Path, tmp_path: Path) -> None:
    import_legacy(source, tmp_path / "reports")
    facts = known_facts(companies=["company-2"], users=["user-1"])
    item = map_document(document(1, entity_type="company", entity_id="company-2"), 0, facts)
    assert isinstance(item, Imported)
    with all_companies("test"):
        change_documents([item])
        assert Document.objects.get(old_id="doc-1").company_id == new_id("companies", "company-2")
    kinds = [kind for kind, _payload in events_published()]
    assert kinds[-2:] == ["document.deleted", "document.uploaded"]


@pytest.mark.usefixtures("db")
def test_documents_are_taken_back_but_for_those_that_people_were_given_rights_to(
    source: Path, tmp_path: Path
) -> None:
    import_legacy(source, tmp_path / "reports")
    with all_companies("test"):
        ids = list(Document.objects.values_list("id", flat=True))
        kept = Document.objects.get(old_id="doc-1")
        DocumentPermission.objects.create(
            company_id=kept.company_id, document=kept, user_id=UPLOADER, action="read"
        )
        assert remove_documents(ids) == {kept.id: "people were given rights to it"}
        assert list(Document.objects.all()) == [kept]
    assert {row["document_id"] for row in table_content("document_terms")} == {str(kept.id)}
    assert [kind for kind, _payload in events_published()].count("document.deleted") == 3


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize("real", REAL_FILES)
def test_the_old_applications_own_files_have_no_documents(real: Path, tmp_path: Path) -> None:
    report = import_legacy(real, tmp_path / "reports")
    assert report["tables"]["documents"]["source_rows"] == 0


@pytest.mark.usefixtures("committed_db")
@pytest.mark.parametrize("rows", [1, 20])
def test_an_import_that_is_killed_and_run_again_ends_as_if_it_had_not_been(
    tmp_path: Path, test_database: TestDatabase, rows: int
) -> None:
    people = {"companies": [company(1)], "users": [user(1)], "employees": [employee(1)]}
    papers = [document(number, entity_id=f"emp-{1 + number % 5 // 4}") for number in range(40)]
    source = write_legacy_file(tmp_path / "old.db", **people, documents=papers)
    tables = ("documents", "document_terms", "todo_items", "quarantined_rows")
    content = []
    import_legacy_killed(source, tmp_path / "killed", after_rows=rows)
    for attempt in ("resumed", "clean"):
        report = import_legacy(source, tmp_path / attempt)
        assert report["resumed"] is (attempt == "resumed")
        content.append({table: table_content(table, without=["run_id", "id"]) for table in tables})
        test_database.restore()
    assert content[0] == content[1]
    assert [len(content[0][table]) for table in ("documents", "quarantined_rows")] == [32, 8]


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "values", [{}, {"tags": '["a b", "\\"c\\"", "{د}"]', "description": "x"}, {"created_at": None}]
)
def test_everything_compared_is_as_expected_right_after_the_import(
    values: dict[str, Any], tmp_path: Path
) -> None:
    row = document(1, **values)
    source = write_legacy_file(
        tmp_path / "old.db", companies=[company(1)], users=[user(1)], employees=[employee(1)], documents=[row]
    )
    import_legacy(source, tmp_path / "reports")
    expected = mapped(**values).args
    with all_companies("test"), connection.cursor() as cursor:
        columns = {column.name: (column.type, column.expected(expected)) for column in ACCOUNT.columns}
        stage(
            cursor,
            "expected",
            {name: kind for name, (kind, _) in columns.items()},
            [[v for _, v in columns.values()]],
        )
        for column in ACCOUNT.columns:
            cursor.execute(
                f'SELECT ({column.here})::{column.type} IS NOT DISTINCT FROM e."{column.name}", ({column.here})::text'
                f" FROM {ACCOUNT.source}, expected e"
            )
            same, here = cursor.fetchone()
            assert same, (column.name, here)
