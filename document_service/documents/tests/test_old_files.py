"""The files of old documents, out of the old application's folder."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from common.conf.service import ROOT
from common.legacy.ids import new_id
from common.legacy.mapper import Imported
from common.legacy.models import ToDoItem
from common.security.tenancy import all_companies
from common.testing.conditions import wait_until
from common.testing.legacy_facts import known_facts
from common.testing.legacy_files import company, document, employee, user, write_legacy_file
from common.testing.legacy_runs import events_published, import_legacy
from document_service.documents.files.folder import OldFolder
from document_service.documents.legacy import change_documents, map_document, remove_documents
from document_service.documents.models import Document, DocumentVersion, StorageQuota, StoredFile
from document_service.documents.services.sweeping import files_sweep
from document_service.documents.tests.conftest import Client
from document_service.documents.tests.files import content_of, pdf, send_version

COMPANY = new_id("companies", "company-1")
Import = Callable[..., dict[str, Any]]
# Where a file lies in the folder, and what its document says of it.
PLACES: list[tuple[str, dict[str, Any]]] = [
    ("doc1.pdf", {}),
    ("uploads/doc1.pdf", {}),
    ("2024/05/scan.pdf", {"file_url": "/uploads/2024/05/scan.pdf"}),
    ("2024/scan.pdf", {"file_url": "https://old.example/static/uploads/2024/scan.pdf?token=1#page=2"}),
    ("2024/scan.pdf", {"file_url": "C:\\app\\uploads\\2024\\scan.pdf"}),
    ("جواز سفر.pdf", {"file_url": "/uploads/%D8%AC%D9%88%D8%A7%D8%B2%20%D8%B3%D9%81%D8%B1.pdf"}),
    ("cafe\u0301.pdf", {"file_url": "/uploads/caf\u00e9.pdf"}),
    ("caf\u00e9.pdf", {"file_url": "/uploads/cafe\u0301.pdf"}),
    ("50% off #1?.pdf", {"file_url": "/uploads/50% off #1?.pdf"}),
    ("scan.pdf", {"file_url": "", "file_name": "scan.pdf"}),
    ("scan.pdf", {"file_url": "/api/files/77", "file_name": "scan.pdf"}),
]


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "old-uploads"
    folder.mkdir()
    return folder


@pytest.fixture
def bring(tmp_path: Path, uploads: Path) -> Import:
    """Import documents with these values, and their files out of the folder; returns what is told of the files."""
    starts = iter(range(100))

    def run(*rows: dict[str, Any], folder: Path | None = uploads) -> dict[str, Any]:
        source = tmp_path / "old.db"
        source.unlink(missing_ok=True)
        write_legacy_file(
            source,
            companies=[company(1), company(2)],
            users=[user(1)],
            employees=[employee(1), employee(2, company_id="company-2")],
            documents=[document(number, **row) for number, row in enumerate(rows, 1)],
        )
        reports = tmp_path / f"reports{next(starts)}"
        report = import_legacy(source, reports, uploads=folder)
        found: dict[str, Any] = report["finished"]["documents"]
        return found

    return run


def put(path: Path, content: bytes) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return content


def old_document(number: int = 1) -> Document:
    with all_companies("test"):
        return Document.objects.select_related("file").get(old_id=f"doc-{number}")


def todo() -> dict[str, str]:
    with all_companies("test"):
        return dict(ToDoItem.objects.filter(resolved_at=None).values_list("kind", "detail"))


@pytest.mark.usefixtures("db")
def test_a_file_is_brought_checked_and_can_be_downloaded(
    bring: Import, uploads: Path, api: Client, person_token: Any
) -> None:
    content = put(uploads / "doc1.pdf", pdf())
    told = bring({"file_size": len(content)})
    assert told["details"]["counts"] == {"brought": 1}
    assert told["details"]["bytes"] == len(content)
    found = old_document()
    assert found.file is not None
    assert (found.file_size, found.mime_type, found.version) == (len(content), "application/pdf", 1)
    client = api(person_token(role="company_manager", company_id=COMPANY))
    assert content_of(client.get(f"/documents/{found.id}/download")) == content
    versions = client.get(f"/documents/{found.id}/versions").json()["versions"]
    assert [(row["version"], row["created_at"][:10]) for row in versions] == [(1, "2025-08-12")]
    assert [kind for kind, _ in events_published()] == [
        "document.uploaded", "document.versioned", "document.downloaded"
    ]  # fmt: skip
    assert todo() == {}


@pytest.mark.usefixtures("db")
def test_the_same_bytes_are_stored_once_a_company(bring: Import, uploads: Path, folder: Path) -> None:
    content = put(uploads / "doc1.pdf", pdf())
    put(uploads / "doc2.pdf", content)
    put(uploads / "doc3.pdf", content)
    bring({}, {}, {"entity_id": "emp-2"})
    with all_companies("test"):
        assert StoredFile.objects.count() == 2
        assert DocumentVersion.objects.count() == 3
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 2


@pytest.mark.usefixtures("db")
def test_without_a_folder_documents_wait_and_a_later_start_brings_what_is_missing(
    bring: Import, uploads: Path
) -> None:
    rows: tuple[dict[str, Any], ...] = ({}, {}, {})
    assert bring(*rows, folder=None)["details"] == {"waiting": 3}
    assert todo() == {}
    put(uploads / "doc1.pdf", pdf())
    told = bring(*rows)["details"]
    assert told["counts"] == {"brought": 1, "missing": 2}
    assert [row["file"] for row in told["listed"]["missing"]] != []
    with all_companies("test"):
        listed = ToDoItem.objects.filter(kind="missing_file", resolved_at=None)
        assert sorted(listed.values_list("detail", flat=True)) == ["/uploads/doc2.pdf", "/uploads/doc3.pdf"]
    put(uploads / "doc2.pdf", pdf())
    assert bring(*rows)["details"]["counts"] == {"brought": 1, "missing": 1}
    assert todo() == {"missing_file": "/uploads/doc3.pdf"}
    again = bring(*rows)["details"]
    assert (again["waiting"], again["counts"]) == (1, {"missing": 1})


@pytest.mark.usefixtures("db")
def test_an_incremental_import_follows_the_old_side_with_files_and_what_there_was_to_do(
    tmp_path: Path, uploads: Path
) -> None:
    def imported(name: str, *documents: dict[str, Any], incremental: bool = True) -> None:
        source = write_legacy_file(
            tmp_path / f"{name}.db",
            companies=[company(1)],
            users=[user(1)],
            employees=[employee(1)],
            documents=documents,
        )
        import_legacy(source, tmp_path / name, run=name, incremental=incremental, uploads=uploads)

    put(uploads / "doc1.pdf", pdf())
    put(uploads / "doc2.pdf", pdf())
    imported("first", document(1, file_size=1), document(2), incremental=False)
    assert todo() == {"other_file": f"1 / {old_document().file_size} B"}
    imported("second", document(2, name="renamed"), document(3))
    assert todo() == {"missing_file": "/uploads/doc3.pdf"}
    with all_companies("test"):
        assert sorted(Document.objects.values_list("title", flat=True)) == ["renamed", "جواز سفر"]
        assert DocumentVersion.objects.count() == 1
        assert StoredFile.objects.exclude(unused_since=None).count() == 1


@pytest.mark.usefixtures("db")
def test_an_incremental_import_looks_for_files_even_when_nothing_is_new(
    tmp_path: Path, uploads: Path
) -> None:
    source = write_legacy_file(
        tmp_path / "old.db",
        companies=[company(1)],
        users=[user(1)],
        employees=[employee(1)],
        documents=[document(1)],
    )
    import_legacy(source, tmp_path / "first", incremental=True)
    put(uploads / "doc1.pdf", pdf())
    report = import_legacy(source, tmp_path / "second", incremental=True, uploads=uploads)
    assert report["finished"]["documents"]["details"]["counts"] == {"brought": 1}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    ("place", "values"),
    PLACES,
)
def test_a_file_is_found_by_its_address_or_its_name(
    bring: Import, uploads: Path, place: str, values: dict[str, Any]
) -> None:
    put(uploads / place, pdf())
    assert bring(values)["details"]["counts"] == {"brought": 1}


@pytest.mark.usefixtures("db")
def test_a_name_that_several_documents_give_to_other_files_finds_nothing(
    bring: Import, uploads: Path
) -> None:
    put(uploads / "passport.pdf", pdf())
    rows = (
        {"file_url": "/uploads/a/passport.pdf", "file_name": "passport.pdf"},
        {"file_url": "/uploads/b/passport.pdf", "file_name": "passport.pdf"},
        {"file_url": "", "file_name": "passport.pdf"},
    )
    assert bring(*rows)["details"]["counts"] == {"missing": 3}
    put(uploads / "a" / "passport.pdf", pdf())
    assert bring(*rows)["details"]["counts"] == {"brought": 1, "missing": 2}


@pytest.mark.usefixtures("db")
@pytest.mark.parametrize(
    "address",
    [
        "../secret.pdf", "/uploads/../../secret.pdf", "%2e%2e/secret.pdf", "..\\secret.pdf", "link.pdf",
        "linked/secret.pdf", "pipe.pdf", "directory.pdf", "a\u2028b.pdf", "x" * 300 + ".pdf",
    ],
)  # fmt: skip
def test_nothing_outside_of_the_folder_is_reached(
    bring: Import, uploads: Path, tmp_path: Path, address: str
) -> None:
    outside = tmp_path / "outside"
    put(outside / "secret.pdf", pdf())
    put(tmp_path / "secret.pdf", pdf())
    (uploads / "link.pdf").symlink_to(outside / "secret.pdf")
    (uploads / "linked").symlink_to(outside)
    (uploads / "directory.pdf").mkdir()
    os.mkfifo(uploads / "pipe.pdf")
    assert bring({"file_url": address, "file_name": ""})["details"]["counts"] == {"missing": 1}


def test_an_absolute_path_is_looked_for_inside(uploads: Path) -> None:
    put(uploads / "etc" / "passwd", b"of this folder")
    with OldFolder(uploads) as folder:
        found = folder.find("/etc/passwd", "", shared_names=())
        assert found is not None
        with found:
            assert found.read() == b"of this folder"
        assert folder.find("/etc/hostname", "", shared_names=()) is None


@pytest.mark.usefixtures("db")
def test_what_is_too_large_or_not_accepted_is_listed_and_the_rest_comes(
    bring: Import, uploads: Path, settings: Any
) -> None:
    settings.DOCUMENT_MAX_BYTES = 1024 * 1024
    put(uploads / "doc1.pdf", pdf("x" * 2 * 1024 * 1024))
    put(uploads / "doc2.pdf", b"MZ\x90\x00" + bytes(60))
    put(uploads / "doc3.pdf", b"PK\x03\x04 damaged")
    put(uploads / "doc4.pdf", pdf())
    (uploads / "doc5.pdf").write_bytes(b"")
    told = bring({}, {}, {}, {}, {})
    assert told["details"]["counts"] == {"too_large": 1, "refused": 3, "brought": 1}
    assert told["details"]["listed"]["too_large"][0]["why"] == "larger than 1 MB"
    why = {row["file"]: row["why"].partition(":")[0] for row in told["details"]["listed"]["refused"]}
    assert why == {
        "/uploads/doc2.pdf": "UNSUPPORTED_MEDIA_TYPE",
        "/uploads/doc3.pdf": "UNSAFE_FILE",
        "/uploads/doc5.pdf": "UNSUPPORTED_MEDIA_TYPE",
    }
    assert told["todo"] == {"refused_file": 4}
    assert old_document(1).file is None
    with all_companies("test"):
        assert StoredFile.objects.count() == 1


@pytest.mark.usefixtures("db")
def test_a_full_storage_is_said_of_each_file(bring: Import, uploads: Path) -> None:
    put(uploads / "doc1.pdf", pdf())
    with all_companies("test"):
        StorageQuota.objects.create(company_id=COMPANY, limit=1)
    told = bring({})["details"]
    assert told["counts"] == {"refused": 1}
    assert told["listed"]["refused"][0]["why"].startswith("STORAGE_LIMIT_REACHED")


@pytest.mark.usefixtures("db")
def test_another_size_or_kind_than_the_old_system_says_is_listed(bring: Import, uploads: Path) -> None:
    content = put(uploads / "doc1.pdf", pdf())
    told = bring({"file_size": 7, "mime_type": "image/png"})
    assert told["todo"] == {"other_file": 1}
    assert todo() == {"other_file": f"7 / {len(content)} B, image/png / application/pdf"}


@pytest.mark.usefixtures("db")
def test_an_old_file_goes_below_a_newer_version_that_people_uploaded_meanwhile(
    bring: Import, uploads: Path, api: Client, person_token: Any
) -> None:
    bring({}, folder=None)
    client = api(person_token(role="company_manager", company_id=COMPANY))
    newer = pdf()
    assert send_version(client, old_document().id, newer).status_code == 201
    old = put(uploads / "doc1.pdf", pdf())
    bring({})
    address = f"/documents/{old_document().id}/download"
    assert content_of(client.get(address)) == newer
    assert content_of(client.get(f"{address}?version=1")) == old
    assert old_document().version == 2


@pytest.mark.usefixtures("db")
def test_a_document_whose_old_file_changed_gets_the_other_one(bring: Import, uploads: Path) -> None:
    put(uploads / "doc1.pdf", pdf())
    bring({})
    other = put(uploads / "other.pdf", pdf())
    facts = known_facts(companies=["company-1"], users=["user-1"], employees=["emp-1"])
    item = map_document(document(1, file_url="/uploads/other.pdf"), 0, facts)
    assert isinstance(item, Imported)
    with all_companies("test"):
        change_documents([item])
    assert (old_document().file, old_document().file_size) == (None, 0)
    bring({"file_url": "/uploads/other.pdf"})
    assert old_document().file_size == len(other)
    assert old_document().version == 1


def test_what_is_taken_back_leaves_no_file(
    bring: Import, uploads: Path, folder: Path, committed_db: object
) -> None:
    put(uploads / "doc1.pdf", pdf())
    bring({})
    with all_companies("test"):
        assert remove_documents([old_document().id]) == {}
    with all_companies("test"):
        assert not StoredFile.objects.exists()
    assert [path for path in folder.rglob("*") if path.is_file()] == []


@pytest.mark.usefixtures("db")
def test_a_folder_that_is_not_there_stops_the_import_before_it_begins(bring: Import, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"The folder of uploads .* cannot be read") as refused:
        bring({}, folder=tmp_path / "nowhere")
    assert refused.value.returncode == 2
    with all_companies("test"):
        assert not Document.objects.exists()


def test_an_import_that_is_killed_among_its_files_leaves_nothing_that_the_sweep_does_not_take(
    tmp_path: Path, uploads: Path, folder: Path, bring: Import, committed_db: object
) -> None:
    rows = [{"entity_id": "emp-1"} for _number in range(450)]
    for number in range(1, 451):
        put(uploads / f"doc{number}.pdf", pdf())
    bring(*rows, folder=None)
    manage = ROOT / "document_service" / "manage.py"
    options = ["--source", tmp_path / "old.db", "--uploads", uploads, "--report-dir", tmp_path / "killed"]
    environment = os.environ | {"DOCUMENT_STORAGE_DIR": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(manage), "import_legacy", *map(str, options)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: brought() > 0, "some files were brought", 120)
        process.kill()
    assert 0 < brought() < 450
    files_sweep(older_than=timedelta(0))
    with all_companies("test"):
        known = {file.key for file in StoredFile.objects.all()}
    assert {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} == known
    bring(*rows)
    assert brought() == 450


def brought() -> int:
    with all_companies("test"):
        return DocumentVersion.objects.count()
