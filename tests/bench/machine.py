"""What was measured on, for the reader of the figures."""

import os
import platform
from pathlib import Path

from common.runtime.databases import Databases


def machine(databases: Databases) -> str:
    """Processor, cores, load, memory and versions, in one line."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "?")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    version = databases.value("auth", "SHOW server_version")
    return (
        f"{os.cpu_count()} x {model}, {memory:.0f} GiB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, PostgreSQL {version}, load before: {os.getloadavg()[0]:.1f}"
    )
