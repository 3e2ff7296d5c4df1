"""The commands behind `make gateway`, `make traffic` and `make cutover`, and what they refuse."""

import os
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.runtime.errors import OperatorError
from common.runtime.files import write_json, write_private
from common.runtime.gateway.admin_socket import AdminSocket
from common.runtime.gateway.companies import WHOLE
from common.runtime.gateway.options import Options, choose_options
from common.runtime.gateway.program import find_haproxy, version_of
from common.runtime.gateway.tests.sides import Applications
from common.runtime.gateway.traffic import Traffic, history, percent, share_of_weights
from common.runtime.layout import ROOT
from common.runtime.ports import is_free
from common.runtime.progress import Progress

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """Runs one of the gateway's commands on a folder of the test's own."""

    def run(name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "common.runtime.gateway", name, "--folder", str(tmp_path), *arguments],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def environment(haproxy: Path, applications: Applications, command: Command) -> Iterator[dict[str, str]]:
    """What tells a gateway where it listens and what is behind it; it is stopped in the end."""
    yield applications.environment(next(port for port in range(30_000, 31_000) if is_free(port)))
    command("stop")


def test_a_gateway_is_started_moved_looked_at_and_stopped(
    command: Command, environment: Mapping[str, str], tmp_path: Path
) -> None:
    started = command("start", **environment)
    assert started.returncode == 0, started.stderr + started.stdout
    assert f"Gateway: http://127.0.0.1:{environment['GATEWAY_PORT']}" in started.stdout
    assert "100 % are on the old side and 0 % on the new one" in started.stdout

    moved = command("traffic", "--legacy", "90", "--new", "10")
    assert (moved.returncode, moved.stderr) == (0, "")
    assert moved.stdout == "Of the companies, 90 % are on the old side and 10 % on the new one.\n"
    assert AdminSocket(tmp_path).share() == 1000
    assert command("traffic").stdout == moved.stdout

    httpx.get(f"http://127.0.0.1:{environment['GATEWAY_PORT']}/employees").raise_for_status()
    shown = command("status")
    assert "new employee" in shown.stdout
    assert "0 % -> 10 %  traffic" in shown.stdout

    again = command("start", **environment)
    assert again.returncode == 2
    assert "The gateway already runs" in again.stdout

    stopped = command("stop")
    assert (stopped.returncode, is_free(int(environment["GATEWAY_PORT"]))) == (0, True)
    # Stopped, it keeps the weights, takes others, and needs not be told again where everybody is.
    later = command("traffic", "--new", "25")
    assert later.stdout.endswith("The gateway does not run: from its next start.\n")
    assert command("status").returncode == 1
    assert command("start").returncode == 0
    assert AdminSocket(tmp_path).share() == 2500


def test_a_gateway_without_an_old_application_sends_everything_to_the_new_side(
    command: Command, environment: dict[str, str]
) -> None:
    started = command("start", **environment | {"LEGACY_URL": "none"})
    assert "There is no old application" in started.stdout
    address = f"http://127.0.0.1:{environment['GATEWAY_PORT']}"
    assert httpx.get(f"{address}/employees").json()["name"] == "employee"
    unknown = httpx.get(f"{address}/internal/events")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "NOT_FOUND")
    refused = command("traffic", "--legacy", "10", "--new", "90")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "No old application is known" in refused.stderr
    assert command("cutover").returncode == 2


def test_a_gateway_with_a_certificate_speaks_tls_and_says_so(
    command: Command, environment: dict[str, str], tmp_path: Path
) -> None:
    file = _certificate(tmp_path)
    started = command("start", **environment | {"GATEWAY_CERTIFICATE": str(file)})
    address = f"https://127.0.0.1:{environment['GATEWAY_PORT']}"
    assert f"Gateway: {address}" in started.stdout
    token = jwt.encode({"company_id": "company-1"}, "x" * 32)
    with httpx.Client(verify=ssl.create_default_context(cafile=file)) as client:
        answer = client.get(f"{address}/employees", headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["headers"]["x-forwarded-proto"] == "https"
    assert answer.headers["Set-Cookie"].endswith("; Secure")


def test_a_taken_port_is_one_sentence(command: Command, environment: dict[str, str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = command("start", **environment | {"GATEWAY_PORT": port})
    assert done.returncode == 2
    assert f"Port {port} is taken by another program" in done.stdout


@pytest.mark.parametrize("name", ["status", "traffic", "cutover"])
def test_what_needs_a_gateway_says_how_to_start_one(command: Command, name: str) -> None:
    done = command(name)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "make gateway LEGACY_URL=http://HOST:PORT" in done.stderr


@pytest.mark.parametrize(
    ("legacy", "new", "share"),
    [
        ("90", "10", 1000),
        ("1", "3", 7500),
        (None, "1", 100),
        ("75", None, 2500),
        ("0", "1", WHOLE),
        ("9999", "1", 1),
    ],
)
def test_weights_are_a_share(legacy: str | None, new: str | None, share: int) -> None:
    assert share_of_weights(legacy, new) == share


@pytest.mark.parametrize(
    ("legacy", "new", "sentence"),
    [
        ("0", "0", "cannot both be 0"),
        ("ninety", "10", "LEGACY=ninety is no weight"),
        ("90", "-10", "NEW=-10 is no weight"),
        (None, "101", "One weight alone is percent"),
        ("1", "٣0000", "is no weight"),
    ],
)
def test_what_is_no_weight_is_refused(legacy: str | None, new: str | None, sentence: str) -> None:
    with pytest.raises(OperatorError, match=sentence):
        share_of_weights(legacy, new)


def test_every_change_is_noted_and_a_damaged_share_can_be_replaced(tmp_path: Path) -> None:
    traffic = Traffic(tmp_path)
    assert not traffic.change(1000, "first")
    write_private(tmp_path / "share.map", "new lots\n")
    with pytest.raises(OperatorError, match="is damaged"):
        traffic.share()
    traffic.change(2000, "second")
    assert traffic.share() == 2000
    assert [(each["from"], each["to"], each["why"]) for each in history(tmp_path)] == [
        (None, 1000, "first"),
        (None, 2000, "second"),
    ]
    assert percent(traffic.share()) == "20 %"


def test_options_are_remembered_and_the_running_system_is_found(tmp_path: Path) -> None:
    (tmp_path / "stack").mkdir()
    write_json(tmp_path / "stack" / "ports.json", {"services": {"auth": 4001, "company": 4002}})
    told = {
        "LEGACY_URL": "http://old.example:5000/",
        "COMPANY_URL": "http://10.0.0.2:80",
        "GATEWAY_PORT": "3100",
    }
    first = choose_options(tmp_path, told, tmp_path / "stack")
    assert first == Options(
        address="127.0.0.1",
        port=3100,
        legacy="old.example:5000",
        health="/health",
        certificate=None,
        services={
            "auth": "127.0.0.1:4001",
            "company": "10.0.0.2:80",
            "employee": "127.0.0.1:3003",
            "document": "127.0.0.1:3004",
            "notification": "127.0.0.1:3005",
            "analytics": "127.0.0.1:3006",
        },
        stack=str(tmp_path / "stack"),
    )
    later = choose_options(tmp_path, {}, tmp_path / "elsewhere")
    assert later == replace(first, stack=str(tmp_path / "elsewhere"))
    assert choose_options(tmp_path, {"LEGACY_URL": "none"}, tmp_path).legacy is None


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("LEGACY_URL", "https://old.example"),
        ("LEGACY_URL", "http://old.example/app"),
        ("LEGACY_URL", "http://old.example:port"),
        ("LEGACY_URL", "http://old.example\nserver x 10.0.0.1"),
        ("LEGACY_URL", "http://me:pw@old.example"),
        ("AUTH_URL", "http://"),
        ("GATEWAY_PORT", "0"),
        ("GATEWAY_PORT", "http"),
        ("LEGACY_HEALTH", "health"),
        ("LEGACY_HEALTH", "/health hdr x"),
        ("GATEWAY_ADDRESS", "not an address"),
        ("GATEWAY_CERTIFICATE", "/nowhere/at/all.pem"),
    ],
)
def test_an_unusable_value_is_one_sentence(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(OperatorError, match=rf"{variable}=(?s:.*) is not usable"):
        choose_options(tmp_path, {variable: value}, tmp_path)


def test_an_older_haproxy_is_passed_over(tmp_path: Path) -> None:
    old = tmp_path / "haproxy"
    old.write_text("#!/bin/sh\necho 'HA-Proxy version 2.2.9-2 2021/04/01'\n")
    old.chmod(0o755)
    assert version_of(str(old)) == (2, 2)
    assert version_of(str(tmp_path / "none")) == (0, 0)


def test_a_haproxy_is_found(haproxy: Path) -> None:
    assert version_of(str(haproxy)) >= (2, 6)
    assert find_haproxy(Progress()) == haproxy


def _certificate(folder: Path) -> Path:
    """A file with a certificate of 127.0.0.1 by nobody, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "gateway.pem"
    file.touch(mode=0o600)
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + secret)
    return file
