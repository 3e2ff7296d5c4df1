"""The doctor finds each fault that loses work or shows rows, and nothing else."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

import psycopg
import pytest
from celery import current_app
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from redis import Redis, ResponseError

from common.conf.celery import REQUIRED
from common.messaging.doctor import broker_faults, faults, redis_faults, role_faults
from common.testing.sagas import TestBroker, broker_down

pytestmark = pytest.mark.usefixtures("broker")

WRONG: dict[str, Any] = {
    "worker_prefetch_multiplier": 4,
    "task_serializer": "pickle",
    "accept_content": ["json", "pickle"],
    "broker_connection_max_retries": 100,
    "task_default_exchange_type": "topic",
}


@contextmanager
def setting(name: str, value: Any) -> Iterator[None]:
    before = current_app.conf.get(name)
    current_app.conf[name] = value
    try:
        yield
    finally:
        current_app.conf[name] = before


@contextmanager
def as_owner(before: str, afterwards: str) -> Iterator[None]:
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(before)
        try:
            yield
        finally:
            owner.execute(afterwards)


def test_a_healthy_service_has_no_faults() -> None:
    assert faults() == []
    said = StringIO()
    call_command("doctor", stdout=said)
    assert "all right" in said.getvalue()


@pytest.mark.parametrize("name", REQUIRED)
def test_a_celery_setting_that_loses_or_repeats_work_is_found(name: str) -> None:
    wanted = REQUIRED[name]
    wrong = WRONG.get(name, not wanted)
    with setting(name, wrong):
        assert broker_faults() == [f"Celery's {name} must be {wanted!r} and is {wrong!r}."]


@pytest.mark.parametrize(
    ("option", "value", "sentence"),
    [
        ("visibility_timeout", 3600, "visibility timeout must be 120"),
        ("socket_timeout", None, "no socket timeout"),
    ],
)
def test_a_broker_connection_that_repeats_or_hangs_is_found(option: str, value: Any, sentence: str) -> None:
    options = {**current_app.conf.broker_transport_options, option: value}
    with setting("broker_transport_options", options):
        (fault,) = broker_faults()
    assert sentence in fault


def test_a_redis_that_evicts_is_found(broker: TestBroker) -> None:
    redis: Redis = broker.redis
    try:
        redis.config_set("maxmemory-policy", "allkeys-lru")
    except ResponseError:
        pytest.skip("this Redis does not let itself be configured")
    try:
        (fault,) = redis_faults()
    finally:
        redis.config_set("maxmemory-policy", "noeviction")
    assert "evicts keys (allkeys-lru)" in fault


def test_a_redis_that_is_down_is_found(settings: Any) -> None:
    with broker_down(settings):
        (fault,) = redis_faults()
    assert fault.startswith("Redis does not answer")


@pytest.mark.parametrize("protection", ["", "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY"])
def test_a_table_of_companies_without_forced_row_level_security_is_found(protection: str) -> None:
    create = "DROP TABLE IF EXISTS unguarded; CREATE TABLE unguarded (company_id uuid)"
    if protection:
        create += f"; ALTER TABLE unguarded {protection}"
    with as_owner(create, "DROP TABLE unguarded"):
        assert role_faults() == ["The table unguarded has a company and no forced row-level security."]
        with pytest.raises(CommandError, match="unguarded"):
            call_command("doctor")
    assert role_faults() == []


def test_a_role_that_sees_every_row_is_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolsuper ORDER BY oid LIMIT 1")
        superuser = cursor.fetchone()[0]
    assert role_faults(superuser) == [
        "This process connects as a role that row-level security does not bind."
    ]
