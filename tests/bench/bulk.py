"""Thousands of hires started in one transaction: how long until the last is complete and known everywhere."""

import subprocess
import sys
import time
from dataclasses import dataclass
from uuid import UUID

from common.runtime.databases import Databases
from common.runtime.layout import ROOT
from common.runtime.process_table import STACK_MARK
from common.runtime.quiet import behind, unfinished, wait_until
from common.runtime.stack import Stack
from tests.bench.cpu import Usage, usage


@dataclass(frozen=True)
class Bulk:
    """Seconds from the commit of the start until all were complete, and until every consumer knew."""

    count: int
    completed: int
    to_start: float
    to_complete: float
    to_everywhere: float
    repeated: int
    """Commands that were sent more than once."""
    used: Usage


def hire_many(stack: Stack, databases: Databases, company_id: UUID, count: int) -> Bulk:
    """Start ``count`` hires in one transaction in employee_service's own environment and wait for the end."""
    before, began = usage(stack), time.time()
    environment = {**stack.environment("employee"), STACK_MARK: str(stack.root)}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.start_hires", str(company_id), str(count)],
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "employee_service.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    opened, committed = map(float, done.stdout.split()[-2:])
    # One query a look: this program must not be what is measured.
    wait_until(lambda: unfinished(databases), 300.0)
    everywhere = time.time()
    wait_until(lambda: behind(databases), 60.0)
    last, completed = databases.rows(
        "employee",
        "SELECT extract(epoch FROM max(finished_at)), count(*) FILTER (WHERE state = 'completed') FROM sagas"
        " WHERE created_at >= to_timestamp(%s)",
        [began],
    )[0]
    repeated = databases.value(
        "employee",
        "SELECT count(*) FROM saga_steps WHERE attempt > 1 AND started_at >= to_timestamp(%s)",
        [began],
    )
    return Bulk(
        count=count,
        completed=int(completed),
        to_start=committed - opened,
        to_complete=float(last) - committed,
        to_everywhere=everywhere - committed,
        repeated=int(repeated),
        used=usage(stack).since(before),
    )
