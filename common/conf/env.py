"""The one reader of the process environment: typed, and fails on a missing secret."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

from common.conf import secrets
from common.security.encryption.keyring import Keyring, KeyringError, read_keyring

_taken = secrets.Distinct()


class ConfigurationError(SystemExit):
    """A required setting is missing or unreadable; the process ends with one sentence and exit code 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(2)
        self.sentence = sentence
        os.write(2, f"{sentence}\n".encode())


def required(name: str) -> str:
    """The value of ``name``; ends the process with a sentence when it is missing or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(
            f"The environment variable {name} is not set; see .env.example for what it means."
        )
    return value


def secret(name: str, *, least: int = secrets.LEAST_PASSWORD) -> str:
    """The secret in ``name`` or in the file NAME_FILE; ends the process when it is missing.

    In production also when it is shorter than ``least``, a default, or another secret of this service.
    """
    value = _required_secret(name)
    _refuse_weak(name, value, least)
    return value


def optional_secret(name: str) -> str:
    """The same for a secret that may be missing; it is empty then."""
    value = _secret_text(name)
    if value:
        _refuse_weak(name, value, secrets.LEAST_PASSWORD)
    return value


def secret_url(name: str, *, same_as: str = "") -> str:
    """An address with a password in it, which is a secret like others; ``same_as`` may have the same one."""
    value = _required_secret(name)
    _refuse_weak(same_as or name, secrets.password_of(value), secrets.LEAST_PASSWORD)
    return value


def redis_url(name: str, *, same_as: str = "") -> str:
    """The address of a Redis database; ``same_as`` may have the same password.

    Ends the process with a sentence when a Redis on another machine would be reached in production without
    knowing that it is the right one.
    """
    value = secret_url(name, same_as=same_as)
    url = urlsplit(value)
    said = _said_behind(name, url.query, "ssl_ca_certs")
    if _far(url.hostname) and not (url.scheme == "rediss" and said.get("ssl_ca_certs")) and _in_production():
        raise ConfigurationError(
            f"{name} is on another machine: begin it with rediss:// and end it with ?ssl_ca_certs=FILE, with the"
            " authority that signed its certificate."
        )
    return value


def service_url(name: str, default: str) -> str:
    """The address of one of our services, without a slash at its end.

    Ends the process with a sentence when a service on another machine would be asked in production without knowing
    that it is the right one.
    """
    value = text(name, default).rstrip("/")
    url = urlsplit(value)
    known = url.scheme == "https" and text("SERVICE_CA_FILE", "")
    if _far(url.hostname) and not known and _in_production():
        raise ConfigurationError(
            f"{name} is on another machine: begin it with https:// and name in SERVICE_CA_FILE the file with the"
            " authorities that signed the services' certificates."
        )
    return value


def service_authorities(name: str) -> str:
    """The file in ``name`` by which services that are asked over TLS are known; empty when none is named.

    Ends the process with a sentence when it cannot be read.
    """
    value = text(name, "")
    if value and not os.access(value, os.R_OK):
        raise ConfigurationError(f"{name}={value} cannot be read; see .env.example for what it means.")
    return value


def service_key_files(service: str) -> tuple[str, str]:
    """Where the service's own private key and everybody's public keys are; ends the process when two share one."""
    own, ring = required("SERVICE_KEY_FILE"), required("SERVICE_KEYRING_FILE")
    if _in_production():
        try:
            secrets.refuse_shared_keys(service, own, ring)
        except secrets.SecretError as error:
            raise ConfigurationError(str(error)) from None
    return own, ring


def _required_secret(name: str) -> str:
    value = _secret_text(name)
    if not value:
        raise ConfigurationError(
            f"Neither {name} nor {name}_FILE is set; see .env.example for what they mean."
        )
    return value


def _secret_text(name: str) -> str:
    try:
        return secrets.text_of(name, os.environ)
    except secrets.SecretError as error:
        raise ConfigurationError(str(error)) from None


def _refuse_weak(name: str, value: str, least: int) -> None:
    # Tests and development are for keys that everybody may know.
    if not _in_production():
        return
    try:
        secrets.refuse_weak(name, value, least)
        _taken.take(name, value)
    except secrets.SecretError as error:
        raise ConfigurationError(str(error)) from None


def _in_production() -> bool:
    return text("SERVICE_ENV", "production") == "production"


def _said_behind(name: str, query: str, *known: str) -> dict[str, str]:
    """What the address in ``name`` says after its question mark, which is of what is ``known``."""
    said = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
    if said.keys() - set(known):
        spelled = " and ".join(filter(None, (", ".join(known[:-1]), known[-1])))
        raise ConfigurationError(f"{name} may end in {spelled} only.")
    return said


def _far(host: str | None) -> bool:
    return host not in {"127.0.0.1", "localhost", "::1", None}


def text(name: str, default: str) -> str:
    """The value of ``name``, or ``default``."""
    return os.environ.get(name, default)


def number(name: str, default: int) -> int:
    """The value of ``name`` as an integer; ends the process with a sentence when it is not one."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ConfigurationError(
            f"The environment variable {name} must be a whole number, not {value!r}."
        ) from None


def seconds(name: str, default: float) -> float:
    """The value of ``name`` as seconds; ends the process with a sentence when it is not a number."""
    value = os.environ.get(name, "")
    if not value:
        return default
    try:
        return float(value)
    except ValueError:
        raise ConfigurationError(f"The environment variable {name} must be seconds, not {value!r}.") from None


def words(name: str, default: str) -> list[str]:
    """The comma-separated values of ``name``."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def counts(name: str) -> dict[str, int]:
    """The comma-separated ``name=count`` pairs in ``name``; ends the process when a count is not 1 or more."""
    pairs = dict(word.partition("=")[::2] for word in words(name, ""))
    wrong = sorted(key for key, count in pairs.items() if not count.isdecimal() or int(count) < 1)
    if wrong:
        raise ConfigurationError(f"{name} must look like sessions=30,leaves=1825; wrong: {', '.join(wrong)}.")
    return {key: int(count) for key, count in pairs.items()}


def proxies(name: str) -> list[str]:
    """The addresses, networks and host names in ``name``; ends the process when a network is everybody's."""
    entries = words(name, "")
    if any(entry.endswith("/0") for entry in entries):
        raise ConfigurationError(
            f"{name} must name our own proxies; a network of all addresses would believe anybody."
        )
    return entries


def keyring(service: str) -> Keyring:
    """The keys that the service seals values with; ends the process when there are none or weak ones."""
    try:
        return read_keyring(service)
    except KeyringError as error:
        raise ConfigurationError(str(error)) from None


def database_transport(name: str) -> dict[str, str]:
    """What the address in ``name`` says after its question mark about TLS, as options of the connection.

    Ends the process with a sentence when that is something else, or when a database on another machine would be
    reached in production without knowing that it is the right one.
    """
    url = urlsplit(secret_url(name))
    said = _said_behind(name, url.query, "sslmode", "sslrootcert", "channel_binding")
    if _far(url.hostname) and said.get("sslmode") != "verify-full" and _in_production():
        raise ConfigurationError(
            f"{name} is on another machine: add ?sslmode=verify-full&sslrootcert=FILE, with the authority that"
            " signed its certificate."
        )
    return said


def database(name: str) -> dict[str, str]:
    """The ``postgresql://role:password@host:port/database`` address in ``name`` as Django's connection fields."""
    url = urlsplit(secret_url(name))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ConfigurationError(f"{name} must look like postgresql://role:password@host:port/database.")
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or 5432),
    }
