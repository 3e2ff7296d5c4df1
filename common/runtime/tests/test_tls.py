"""A database over TLS: nobody gets in without it, and nobody else passes for the database."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from cryptography import x509

from common.runtime.certificate_making import ensure_certificates
from common.runtime.progress import Progress
from common.runtime.stack import Stack


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack whose database was started with DATABASE_TLS=1."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("DATABASE_TLS", "1")
        stack = Stack(tmp_path_factory.mktemp("secure"), fsync=False, progress=Progress(StringIO()))
        with stack:
            stack.start_databases()
            stack.provision()
            yield stack
        stack.remove()


def test_services_come_over_tls_and_know_the_server(secure: Stack) -> None:
    with psycopg.connect(secure.environment("auth")["DATABASE_URL"]) as connection:
        found = connection.execute(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    assert found == (True, "TLSv1.3")


@pytest.mark.parametrize("role", ["app", "owner", "reader", "backup", "superuser"])
def test_nobody_comes_without_tls(secure: Stack, role: str) -> None:
    plain = secure.dsn("auth", role).partition("?")[0] + "?sslmode=disable"  # type: ignore[arg-type]
    with pytest.raises(psycopg.OperationalError, match="no encryption"):
        psycopg.connect(plain)


def test_a_server_with_a_certificate_of_somebody_else_is_refused(secure: Stack, tmp_path: Path) -> None:
    foreign = ensure_certificates(tmp_path, ["127.0.0.1"])
    address = secure.dsn("auth").partition("?")[0] + f"?sslmode=verify-full&sslrootcert={foreign.authority}"
    with pytest.raises(psycopg.OperationalError, match=r"certificate verify failed|signature failure"):
        psycopg.connect(address)


def test_a_server_of_another_name_is_refused(secure: Stack) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(secure.dsn("auth"), host="database.example", hostaddr="127.0.0.1")


def test_certificates_are_kept_until_they_are_for_other_names(tmp_path: Path) -> None:
    first = ensure_certificates(tmp_path, ["localhost", "127.0.0.1"])
    before = first.certificate.read_bytes()
    assert ensure_certificates(tmp_path, ["127.0.0.1", "localhost"]).certificate.read_bytes() == before
    certificate = x509.load_pem_x509_certificate(
        ensure_certificates(tmp_path, ["postgres"]).certificate.read_bytes()
    )
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["postgres"]
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "database-ca.crt",
        "database.crt",
        "database.key",
    ]
