"""The same key, the same answer, one effect."""

import hashlib
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps
from django.utils import timezone

from common.api.idempotency import KEPT, attach_saga, claim, keyed
from common.api.models import IdempotencyKey
from common.api.tasks import purge_idempotency_keys
from common.api.tests.types import Api, Tokens
from common.security.encryption.existing import seal_existing
from common.security.encryption.json_field import EncryptedJSONField
from common.security.models import RevokedSession
from common.security.principal import Principal
from common.security.tenancy import all_companies, company_scope
from common.testing.threads import run_all

pytestmark = [pytest.mark.urls("common.api.tests.addresses"), pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def token(person_token: Tokens, company_id: UUID) -> str:
    return person_token(company_id=company_id)


def post(client: Any, body: dict[str, Any], key: str = "key-1", path: str = "/notes") -> Any:
    return client.post(path, body, headers={"Idempotency-Key": key})


def test_a_repetition_gets_the_first_answer_and_does_nothing(api: Api, token: str) -> None:
    first = post(api(token), {"text": "a", "number": 1})
    again = api(token).generic(
        "POST",
        "/notes",
        b'{ "number":1,  "text":"a" }',
        content_type="application/json",
        headers={"Idempotency-Key": "key-1"},
    )
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert RevokedSession.objects.count() == 1


def test_another_body_or_address_under_the_key_is_a_conflict(api: Api, token: str) -> None:
    post(api(token), {"text": "a"})
    for answer in (post(api(token), {"text": "b"}), post(api(token), {"text": "a"}, path="/other-notes")):
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "IDEMPOTENCY_CONFLICT"
    assert RevokedSession.objects.count() == 1


def test_other_people_and_other_keys_are_other_requests(
    api: Api, token: str, person_token: Tokens, company_id: UUID
) -> None:
    post(api(token), {"text": "a"})
    post(api(token), {"text": "a"}, key="key-2")
    post(api(person_token(company_id=company_id)), {"text": "a"})
    assert RevokedSession.objects.count() == 3


def test_a_key_used_in_another_company_is_a_conflict_and_shows_nothing(
    api: Api, person_token: Tokens
) -> None:
    person = uuid4()
    post(api(person_token(company_id=uuid4(), user_id=person)), {"text": "a"})
    answer = post(api(person_token(company_id=uuid4(), user_id=person)), {"text": "a"})
    assert answer.json()["error"]["code"] == "IDEMPOTENCY_CONFLICT"


def test_a_request_that_failed_may_be_tried_again_under_its_key(api: Api, token: str) -> None:
    assert post(api(token), {"text": "refuse"}).status_code == 409
    assert post(api(token), {"text": "refuse"}).json()["error"]["code"] == "CONFLICT"
    assert post(api(token), {"text": "now well"}).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b", "ключ"])
def test_a_key_that_cannot_be_kept_is_malformed(api: Api, token: str, key: str) -> None:
    answer = post(api(token), {"text": "a"}, key=key)
    assert answer.status_code == 400
    assert not RevokedSession.objects.exists()


def test_the_same_request_many_times_at_once_has_one_effect(api: Api, token: str) -> None:
    answers = run_all([lambda: post(api(token), {"text": "a"})] * 8)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 7
    assert RevokedSession.objects.count() == 1


def test_a_claim_remembers_its_saga(company_id: UUID) -> None:
    person = Principal(uuid4(), uuid4(), company_id, "company_manager", 4, frozenset())
    request: dict[str, Any] = {
        "principal": person,
        "key": "k",
        "method": "POST",
        "path": "/employees",
        "body_hash": "0",
    }
    saga_id = uuid4()
    with company_scope(company_id):
        record, created = claim(**request)
        attach_saga(record, saga_id)
    assert created
    with company_scope(company_id):
        again, created = claim(**request)
    assert (again.saga_id, again.status, created) == (saga_id, None, False)


def test_old_keys_are_forgotten_in_every_company(api: Api, token: str, person_token: Tokens) -> None:
    post(api(token), {"text": "a"})
    post(api(person_token(company_id=uuid4())), {"text": "a"})
    with all_companies("test"):
        IdempotencyKey.objects.update(created_at=timezone.now() - KEPT - timedelta(minutes=1))
    post(api(token), {"text": "a"}, key="young")
    purge_idempotency_keys()
    with all_companies("test"):
        assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


def test_answers_and_requests_are_kept_so_that_only_the_service_can_read_them(api: Api, token: str) -> None:
    first = post(api(token), {"text": "a secret"})
    with all_companies("test"), connection.cursor() as cursor:
        cursor.execute("SELECT t::text, body, body_hash FROM idempotency_keys t")
        ((row, body, body_hash),) = cursor.fetchall()
    assert first.json()["id"] not in row
    assert body.startswith("v1:")
    said = json.dumps({"text": "a secret"}, sort_keys=True, separators=(",", ":"))
    assert body_hash != hashlib.sha256(f"\n{said}".encode()).hexdigest()
    assert post(api(token), {"text": "a secret"}).json() == first.json()


@isolate_apps("common.api")
def test_answers_that_were_kept_before_are_sealed_and_repeated_all_the_same(api: Api, token: str) -> None:
    """As an upgrade finds them: the answer in plain, the digest without a key."""

    class KeptBefore(models.Model):
        id = models.UUIDField(primary_key=True)
        plain = models.JSONField(null=True)
        body = EncryptedJSONField(null=True)

        class Meta:
            app_label = "api"
            db_table = "kept_before"

        def __str__(self) -> str:
            return str(self.id)

    first = post(api(token), {"text": "a secret"})
    with all_companies("test"), connection.cursor() as cursor:
        key = IdempotencyKey.objects.get()
        said = json.dumps({"text": "a secret"}, sort_keys=True, separators=(",", ":"))
        plain = hashlib.sha256(f"\n{said}".encode()).hexdigest()
        assert keyed(plain) == key.body_hash
        cursor.execute("CREATE TEMPORARY TABLE kept_before (id uuid, plain jsonb, body text)")
        cursor.execute(
            "INSERT INTO kept_before VALUES (%s, %s, NULL), (%s, NULL, 'as it is')",
            [key.id, json.dumps(key.body), uuid4()],
        )
        try:
            assert seal_existing(KeptBefore, connection, {"plain": "body"}) == 1
            assert seal_existing(KeptBefore, connection, {"plain": "body"}) == 0
            kept = KeptBefore._default_manager.get(pk=key.id)
            assert (kept.plain, kept.body) == (None, first.json())
            cursor.execute("SELECT t::text FROM kept_before t WHERE id = %s", [key.id])
            assert first.json()["id"] not in cursor.fetchone()[0]
        finally:
            cursor.execute("DROP TABLE kept_before")
