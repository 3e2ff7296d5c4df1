"""The containers' system, as far as it goes without a container engine: it comes up, hires, and is restored."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import gettempdir, mkdtemp

import pytest

from common.runtime.identity import Account
from common.runtime.layout import ROOT
from common.runtime.redis import find_program
from compose.prepare import SERVICE_ACCOUNT

NOBODY_MUCH = Account("hrms", SERVICE_ACCOUNT, SERVICE_ACCOUNT)


def missing() -> str:
    """What this machine lacks for it; empty when it lacks nothing."""
    if os.environ.get("LONG") != "1":
        return "LONG=1 runs it: it takes minutes"
    if os.geteuid() != 0 or shutil.which("unshare") is None:
        return "namespaces are made by root with unshare"
    if find_program() is None:
        return "the machine has no Redis of its own, and the packaged one has no TLS"
    if ROOT.is_relative_to(gettempdir()) or not NOBODY_MUCH.may_run(Path(sys.executable)):
        return "the containers' account reaches neither the checkout in /tmp nor a Python in somebody's home"
    return ""


@pytest.fixture
def folder() -> Iterator[Path]:
    # Not pytest's own, which lies in a /tmp that no container sees.
    path = Path(mkdtemp(prefix="hrms-containers-", dir="/var/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.mark.timeout(1800)
@pytest.mark.skipif(missing() != "", reason=missing())
def test_the_system_comes_up_hires_and_is_restored_from_its_backup(folder: Path) -> None:
    done = subprocess.run(
        ("unshare", "--net", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child",
         sys.executable, "-m", "tests.containers.story", str(folder)),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the same employee, with the same pay" in done.stdout.lower()
