"""The certificates by which clients know a stack's servers: where they are, and whether there are any."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DATABASE: Final = "database"
AUTHORITY: Final = f"{DATABASE}-ca.crt"


@dataclass(frozen=True)
class Certificates:
    """Files: the authority's certificate, for clients; the server's certificate and its key, for the server."""

    authority: Path
    certificate: Path
    key: Path


def tls_folder(root: Path) -> Path:
    """Where a stack's certificates lie; that they do means that its database speaks TLS and nothing else."""
    return root / "tls"


def database_certificates(root: Path) -> Certificates | None:
    """Those of a stack on this machine, renewed in time; None where the database is reached without TLS.

    DATABASE_TLS of the environment, 1 or 0, changes that from the next start on.
    """
    folder, wanted = tls_folder(root), os.environ.get("DATABASE_TLS", "")
    if wanted == "0":
        shutil.rmtree(folder, ignore_errors=True)
    if wanted != "1" and not folder.exists():
        return None
    # Imported here because it takes a while, and most stacks on one machine need none.
    from common.runtime.certificate_making import ensure_certificates

    return ensure_certificates(folder, ["localhost", "127.0.0.1"])
