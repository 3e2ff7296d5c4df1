"""Services that speak TLS are known by their certificates; whoever stands there with another one gets no request."""

import ssl
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import httpx
import pytest

from common.runtime.certificate_making import ensure_certificates
from common.runtime.certificates import Certificates
from common.runtime.errors import OperatorError
from common.runtime.gateway.options import choose_options
from common.runtime.gateway.server import Gateway
from common.runtime.gateway.tests.conftest import NO_STACK
from common.runtime.gateway.tests.sides import Applications
from common.runtime.layout import SERVICES
from common.runtime.ports import is_free
from common.runtime.progress import Progress


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return ensure_certificates(tmp_path_factory.mktemp("known"), ["localhost"], "auth-web")


@pytest.fixture(scope="module")
def speaking_tls(certificates: Certificates) -> Iterator[Applications]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    applications = Applications(tls=context)
    yield applications
    applications.stop()


def _told(applications: Applications, authorities: Path, port: int) -> dict[str, str]:
    services = {
        f"{name.upper()}_URL": f"https://localhost:{each.port}"
        for name, each in applications.items()
        if name in SERVICES
    }
    return {**services, "GATEWAY_SERVICES_CA": str(authorities), "GATEWAY_PORT": str(port)}


@pytest.fixture
def start(
    haproxy: Path,
    speaking_tls: Applications,
    tmp_path: Path,
) -> Iterator[Callable[[Path], httpx.Client]]:
    """Starts a gateway without an old side that believes these authorities; skipped where there is no haproxy."""
    port = next(port for port in range(28_000, 29_000) if is_free(port))
    with (
        Gateway(tmp_path, Progress(StringIO())) as gateway,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client,
    ):

        def started(authorities: Path) -> httpx.Client:
            gateway.start(_told(speaking_tls, authorities, port), NO_STACK)
            return client

        yield started


def test_a_known_service_gets_the_request(
    start: Callable[[Path], httpx.Client], certificates: Certificates
) -> None:
    answer = start(certificates.authority).get("/employees")
    assert answer.status_code == httpx.codes.OK
    assert answer.json()["name"] == "employee"


def test_an_unknown_one_does_not(
    start: Callable[[Path], httpx.Client], speaking_tls: Applications, tmp_path: Path
) -> None:
    foreign = ensure_certificates(tmp_path / "foreign", ["localhost"], "auth-web")
    speaking_tls["employee"].asked.clear()
    answer = start(foreign.authority).get("/employees")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert speaking_tls["employee"].asked == []


def test_a_service_that_is_known_by_its_name_needs_one(tmp_path: Path, certificates: Certificates) -> None:
    with pytest.raises(OperatorError, match="give AUTH_URL with one"):
        choose_options(tmp_path, {"GATEWAY_SERVICES_CA": str(certificates.authority)}, tmp_path)
