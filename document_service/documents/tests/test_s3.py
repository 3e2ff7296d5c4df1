"""Documents whose files lie in a bucket: the addresses of S3 are answered by moto, whatever asks there."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from moto import mock_aws

from document_service.documents.services.sweeping import files_remove_unused, files_sweep
from document_service.documents.tests.files import content_of, pdf, send_version, sent
from document_service.settings import document_storage

pytestmark = pytest.mark.django_db

BUCKET = {"S3_BUCKET": "papers", "S3_ACCESS_KEY": "key", "S3_SECRET_KEY": "secret", "S3_REGION": "me-south-1"}


@pytest.fixture(autouse=True)
def bucket(folder: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The bucket that documents go to."""
    for name, value in BUCKET.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "documents": document_storage("s3")}
    with mock_aws():
        s3 = boto3.client(
            "s3", region_name="me-south-1", aws_access_key_id="key", aws_secret_access_key="secret"
        )
        s3.create_bucket(
            Bucket="papers", CreateBucketConfiguration={"LocationConstraint": BUCKET["S3_REGION"]}
        )
        yield s3


def keys(bucket: Any) -> list[str]:
    return [file["Key"] for file in bucket.list_objects_v2(Bucket="papers").get("Contents", ())]


def test_a_file_goes_to_the_bucket_once_and_comes_back_as_it_was(manager: Any, bucket: Any) -> None:
    content = pdf("the same")
    first, second = sent(manager, content), sent(manager, content, name="copy.pdf")
    [key] = keys(bucket)
    assert key.startswith(first["company_id"]), "Each company's files lie apart."
    assert bucket.get_object(Bucket="papers", Key=key)["Body"].read() == content
    for document in (first, second):
        assert content_of(manager.get(document["file_path"])) == content


def test_a_signed_link_leads_to_an_address_at_which_the_bucket_gives_the_file_to_be_saved(
    manager: Any, api: Any
) -> None:
    content = pdf()
    document = sent(manager, content, name="جواز.pdf")
    link = manager.post(f"/documents/{document['id']}/link", {}).json()["link"]
    answer = api().get(urlsplit(link["url"]).path)
    assert answer.status_code == 302, answer.content
    given = requests.get(answer["Location"], timeout=10)
    assert (given.status_code, given.content) == (200, content)
    assert given.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''")


def test_every_version_stays_until_nothing_needs_it(manager: Any, bucket: Any) -> None:
    document = sent(manager)
    assert send_version(manager, document["id"]).status_code == 201
    assert len(keys(bucket)) == 2
    bucket.put_object(Bucket="papers", Key=f"{document['company_id']}/00/orphan", Body=b"left by a crash")
    swept = files_sweep(older_than=timedelta(0))
    assert len(keys(bucket)) == 2, swept
    assert manager.delete(f"/documents/{document['id']}").status_code == 200
    files_remove_unused()
    assert keys(bucket) == []
