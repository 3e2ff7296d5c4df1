import os
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from document_service.documents.files.storage import address_for_saving, documents_storage, storage_state
from document_service.settings import document_storage

BUCKET = {
    "S3_BUCKET": "papers",
    "S3_ACCESS_KEY": "key",
    "S3_SECRET_KEY": "secret",
    "S3_ENDPOINT_URL": "https://s3.example.com",
    "S3_REGION": "me-south-1",
}
CHECK = "from document_service.settings import STORAGES; print(STORAGES['documents']['BACKEND'])"


@pytest.fixture
def bucket(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in BUCKET.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "documents": document_storage("s3")}


def test_by_setting_files_are_kept_in_s3(bucket: None) -> None:
    storage: Any = documents_storage()
    assert (storage.bucket_name, storage.endpoint_url) == ("papers", "https://s3.example.com")
    assert storage.get_available_name("a/bb/c") == "a/bb/c"
    assert storage_state() == {"status": "up"}


def test_s3_is_led_to_by_an_address_that_it_signs_and_that_saves_the_file(bucket: None) -> None:
    address = address_for_saving("a/bb/c", "جواز.pdf")
    assert address is not None
    parts = urlsplit(address)
    query = parse_qs(parts.query)
    assert parts.path == "/papers/a/bb/c"
    assert query["response-content-type"] == ["application/octet-stream"]
    assert query["response-content-disposition"][0].startswith("attachment; filename*=utf-8''")
    assert query["X-Amz-Expires"] == ["60"]


def test_a_folder_has_no_addresses() -> None:
    assert address_for_saving("a/bb/c", "x.pdf") is None


def started_with(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CHECK],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_process_that_starts_reads_where_files_are_kept() -> None:
    assert "FolderStorage" in started_with().stdout
    assert "bucket.BucketStorage" in started_with(DOCUMENT_STORAGE="s3", **BUCKET).stdout


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DOCUMENT_STORAGE": "s3"}, "S3_BUCKET is not set"),
        ({"DOCUMENT_STORAGE": "tape"}, "DOCUMENT_STORAGE is filesystem or s3, not 'tape'."),
        ({"DOCUMENT_MAX_MB": "many"}, "DOCUMENT_MAX_MB must be a whole number"),
    ],
)
def test_a_process_without_a_storage_does_not_start(environment: dict[str, str], sentence: str) -> None:
    ended = started_with(**environment)
    assert ended.returncode == 2
    assert sentence in ended.stderr
