"""The process in which reports are written: a long one must not keep the worker from its events."""

import os
import subprocess
import sys

import structlog
from django.conf import settings

from analytics_service.analytics.services.report_runs import due_reports
from common.conf.service import ROOT

log = structlog.get_logger(__name__)
_MANAGE = ROOT / "analytics_service" / "manage.py"
_child: subprocess.Popen[bytes] | None = None


def writer_start() -> bool:
    """Start a process that writes what waits, unless this one's is at it or nothing waits; whether it did."""
    global _child  # noqa: PLW0603 - one child for each worker process is what this module is about
    if _child is not None and _child.poll() is None:
        return False
    if _child is not None and _child.returncode:
        log.warning("the writer of reports ended", code=_child.returncode)
    _child = None
    if not due_reports():
        return False
    _child = subprocess.Popen(  # noqa: S603 - our own command with no argument from outside
        [sys.executable, str(_MANAGE), "write_reports"],
        stdin=subprocess.DEVNULL,
        env={
            **os.environ,
            # Two threads, each with a connection of its own while it works.
            "DATABASE_POOL_SIZE": "0",
            "PROCESS_NAME": f"{settings.SERVICE.name}-reports",
        },
    )
    return True


def writer_wait(seconds: float) -> None:
    """Wait until this process's writer has ended; raises subprocess.TimeoutExpired."""
    if _child is not None:
        _child.wait(seconds)
