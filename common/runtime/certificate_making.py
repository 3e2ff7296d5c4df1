"""Makes the certificate of a server, PostgreSQL, Redis or one of ours, and the authority of its own that signs it."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from common.runtime.certificates import DATABASE, Certificates
from common.runtime.files import write_private

_LIFETIME: Final = timedelta(days=825)
_RENEWED_BEFORE: Final = timedelta(days=60)


def ensure_certificates(folder: Path, names: Sequence[str], server: str = DATABASE) -> Certificates:
    """Make a server certificate for these host names and addresses, unless there is one that is good for a while.

    The authority's key is made for this and forgotten at once: nobody can sign another certificate with it.

    Args:
        folder: Where the files are.
        names: What clients call the server.
        server: Whose it is; the files are named after it.
    """
    files = Certificates(folder / f"{server}-ca.crt", folder / f"{server}.crt", folder / f"{server}.key")
    if all(file.exists() for file in (files.authority, files.certificate, files.key)):
        present = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        if present.not_valid_after_utc - datetime.now(UTC) > _RENEWED_BEFORE and _names(present) == set(
            names
        ):
            return files
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = _name(f"HRMS {server} authority")
    authority = _signed(
        issuer,
        issuer,
        authority_key,
        authority_key,
        x509.BasicConstraints(ca=True, path_length=0),
        _usage(key_cert_sign=True),
    )
    certificate = _signed(
        _name(f"HRMS {server}"),
        issuer,
        key,
        authority_key,
        x509.SubjectAlternativeName([_alternative(name) for name in names]),
        x509.BasicConstraints(ca=False, path_length=None),
        _usage(digital_signature=True),
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
    )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    write_private(files.key, pem.decode())
    for file, made in ((files.certificate, certificate), (files.authority, authority)):
        write_private(file, made.public_bytes(serialization.Encoding.PEM).decode())
    return files


def _signed(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    *extensions: x509.ExtensionType,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # Clocks differ a little.
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _LIFETIME)
        # Python 3.13 takes nothing without these two.
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )
    for extension in extensions:
        critical = isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(by, hashes.SHA256())


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _names(certificate: x509.Certificate) -> set[str]:
    extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(each.value) for each in extension}
