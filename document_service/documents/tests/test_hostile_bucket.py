"""A bucket that somebody has taken over: it gives other bytes, too many, too slowly, or none."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from common.testing.hostile import GOOD_HEAD, PIECE, Behaviour, Listener, for_ever, hostile, saying, with_body
from document_service.documents.files import bucket
from document_service.documents.tests.files import pdf, send, sent
from document_service.settings import document_storage

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(60)]

KEYS = {"S3_BUCKET": "papers", "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret", "S3_REGION": "me-south-1"}
EMPTY = b"Content-Length: 0\r\n\r\n"
CONTENT = pdf("as it was kept")
DRIP = threading.Event()
Download = Callable[[Behaviour], Any]


@pytest.fixture
def download(manager: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Download:
    """Downloads a document whose bytes such a bucket is to give."""
    document = sent(manager, CONTENT)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bucket, "LONGEST_READING", 2.0)
    settings.DOCUMENT_MAX_BYTES = 300_000

    def ask(behave: Behaviour) -> Any:
        with _bucket(behave) as url:
            monkeypatch.setenv("S3_ENDPOINT_URL", url)
            settings.STORAGES = {**settings.STORAGES, "documents": document_storage("s3")}
            return manager.get(document["file_path"])

    return ask


@contextmanager
def _bucket(behave: Behaviour) -> Iterator[str]:
    """Says that it has the file, whatever is asked for, and then behaves so."""

    def answer(connection: Any) -> None:
        asked = connection.recv(65_536)
        while asked.startswith(b"HEAD"):
            connection.sendall(b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: %d\r\n\r\n' % len(CONTENT))
            asked = connection.recv(65_536)
        if asked:
            behave(connection)

    with Listener(answer).running() as listener:
        yield listener.url


def test_the_files_own_bytes_are_given(download: Download) -> None:
    answer = download(with_body(CONTENT))
    assert b"".join(answer.streaming_content) == CONTENT


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (with_body(pdf("something else")), "FILE_MISSING"),
        (with_body(b""), "FILE_MISSING"),
        (for_ever(GOOD_HEAD + b"Content-Length: 99999999999999\r\n\r\n", PIECE), "FILE_MISSING"),
        (for_ever(GOOD_HEAD + b"\r\n", PIECE), "FILE_MISSING"),
        (for_ever(GOOD_HEAD + b"\r\n", PIECE[:1000], DRIP), "SERVICE_UNAVAILABLE"),
        (saying(GOOD_HEAD + b"Content-Length: 100000\r\n\r\n" + CONTENT), "SERVICE_UNAVAILABLE"),
        (saying(b"HTTP/1.1 500 Oops\r\n" + EMPTY), "SERVICE_UNAVAILABLE"),
        (saying(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n" + EMPTY), "SERVICE_UNAVAILABLE"),
        (saying(b"HTTP/1.1 403 No\r\n" + EMPTY), "SERVICE_UNAVAILABLE"),
        (saying(b"noise"), "SERVICE_UNAVAILABLE"),
    ],
    ids=["other bytes", "no bytes", "a length beyond all", "no end", "drops", "cut short", "an error",
         "led elsewhere", "a refusal", "noise"],
)  # fmt: skip
def test_anything_else_is_refused(download: Download, behave: Behaviour, code: str) -> None:
    answer = download(behave)
    assert answer.json()["error"]["code"] == code


def test_an_upload_waits_for_another_time_while_the_bucket_answers_nonsense(
    manager: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    with hostile(saying(b"HTTP/1.1 500 Oops\r\n" + EMPTY)).running() as peer:
        monkeypatch.setenv("S3_ENDPOINT_URL", peer.url)
        settings.STORAGES = {**settings.STORAGES, "documents": document_storage("s3")}
        assert send(manager, CONTENT).json()["error"]["code"] == "SERVICE_UNAVAILABLE"
