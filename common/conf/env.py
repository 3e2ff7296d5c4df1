"""The one reader of the process environment: typed, and fails on a missing secret."""

import os
from urllib.parse import unquote, urlsplit


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


def database(name: str) -> dict[str, str]:
    """The ``postgresql://role:password@host:port/database`` address in ``name`` as Django's connection fields."""
    url = urlsplit(required(name))
    if url.scheme not in {"postgres", "postgresql"} or not url.path.strip("/"):
        raise ConfigurationError(f"{name} must look like postgresql://role:password@host:port/database.")
    return {
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or "",
        "PORT": str(url.port or 5432),
    }
