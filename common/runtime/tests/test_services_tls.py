"""A service over TLS, as containers reach it: served by what compose starts, asked by what services ask with."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from socket import create_connection
from ssl import VERIFY_X509_STRICT, SSLError, TLSVersion, create_default_context

import msgspec
import pytest
from django.test import override_settings

from common.runtime.certificate_making import ensure_certificates
from common.runtime.certificates import Certificates
from common.runtime.layout import ROOT
from common.runtime.ports import is_free
from common.security import exchange as exchanging
from common.security.exchange import Limits, PeerError, exchange
from common.testing.conditions import wait_until

LIMITS = Limits(seconds=5.0, largest=1000)
SCHEME = msgspec.json.Decoder(str)
APPLICATION = """
def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'"' + environ["wsgi.url_scheme"].encode() + b'"']
"""


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Those of a service that is called localhost."""
    return ensure_certificates(tmp_path_factory.mktemp("tls"), ["localhost"], "auth-web")


@pytest.fixture(scope="module")
def port(certificates: Certificates) -> Iterator[int]:
    """Where compose/start.sh serves a small application with these certificates."""
    folder = certificates.authority.parent
    (folder / "small_service").mkdir()
    (folder / "small_service" / "wsgi.py").write_text(APPLICATION, encoding="utf-8")
    script = (ROOT / "compose" / "start.sh").read_text(encoding="utf-8")
    script = script.replace("--host 0.0.0.0", "--host 127.0.0.1")
    script = script.replace("/run/secrets/service_certificate_key", str(certificates.key))
    script = script.replace("/run/secrets/service_certificate", str(certificates.certificate))
    (folder / "start.sh").write_text(script, encoding="utf-8")
    port = next(number for number in range(22500, 23500) if is_free(number))
    environment = {
        "SERVICE": "small",
        "PORT": str(port),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": str(folder),
    }
    with subprocess.Popen(("sh", "start.sh", "web"), cwd=folder, env=environment) as server:
        try:
            wait_until(lambda: not is_free(port), "the service listens")
            yield port
        finally:
            server.terminate()


@pytest.fixture(autouse=True)
def _asks_anew() -> Iterator[None]:
    """Nobody asks over a connection of another test, nor by what that believed."""
    exchanging._connections.cache_clear()
    yield
    exchanging._connections.cache_clear()


def test_a_service_is_asked_by_who_knows_its_certificate(port: int, certificates: Certificates) -> None:
    with override_settings(SERVICE_CA_FILE=str(certificates.authority)):
        answer = exchange(f"https://localhost:{port}/", LIMITS)
    # Django knows by this that cookies for TLS only may be set.
    assert answer.read(SCHEME) == "https"


def test_nobody_is_believed_unless_authorities_are_named(port: int) -> None:
    with override_settings(SERVICE_CA_FILE=""), pytest.raises(PeerError, match="verify failed"):
        exchange(f"https://localhost:{port}/", LIMITS)


def test_another_service_with_a_good_certificate_is_not_this_one(port: int, tmp_path: Path) -> None:
    other = ensure_certificates(tmp_path, ["localhost"], "company-web").authority
    with override_settings(SERVICE_CA_FILE=str(other)), pytest.raises(PeerError, match="verify failed"):
        exchange(f"https://localhost:{port}/", LIMITS)


def test_a_service_of_another_name_is_refused(port: int, certificates: Certificates) -> None:
    with (
        override_settings(SERVICE_CA_FILE=str(certificates.authority)),
        pytest.raises(PeerError, match="IP address mismatch"),
    ):
        exchange(f"https://127.0.0.1:{port}/", LIMITS)


def test_what_speaks_in_clear_gets_no_answer(port: int) -> None:
    with pytest.raises(PeerError):
        exchange(f"http://localhost:{port}/", LIMITS)


def test_the_certificates_bear_the_strictest_reading_and_nothing_older_than_tls_1_3_is_spoken(
    port: int, certificates: Certificates
) -> None:
    context = create_default_context(cafile=certificates.authority)
    # What Python 3.13 asks for unless told otherwise.
    context.verify_flags |= VERIFY_X509_STRICT
    with (
        create_connection(("127.0.0.1", port)) as plain,
        context.wrap_socket(plain, server_hostname="localhost"),
    ):
        pass
    context.maximum_version = TLSVersion.TLSv1_2
    with create_connection(("127.0.0.1", port)) as plain, pytest.raises(SSLError):
        context.wrap_socket(plain, server_hostname="localhost")
