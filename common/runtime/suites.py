"""Runs every project's tests against PostgreSQL and Redis of their own, and says how each went."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Final

from common.runtime.blueprint import SERVICE_DATABASES
from common.runtime.errors import OperatorError
from common.runtime.layout import ROOT, SERVICES, VAR
from common.runtime.process_table import STACK_MARK
from common.runtime.progress import Progress
from common.runtime.provision import Database
from common.runtime.stack import Stack
from common.runtime.tables import table

# The tests of `common` need some service's settings, and a database beside that service's own.
_COMMON: Final = Database(service="common", name="common_test_db", project="employee")
_SYSTEM_TESTS: Final = "tests"
PROJECTS: Final = ("common", *(f"{name}_service" for name in SERVICES), _SYSTEM_TESTS)
_AT_A_TIME: Final = 2
_NO_TESTS: Final = 5
_SUMMARY: Final = re.compile(r"^=+ .*\b(?:in [\d.]+s|no tests ran).*=+$", re.MULTILINE)
_COUNTS: Final = ("passed", "failed", "error", "skipped")


@dataclass(frozen=True)
class Result:
    """How the tests of one project went."""

    project: str
    code: int
    output: str
    seconds: float

    @property
    def summary(self) -> str:
        """The last line of pytest itself without its rule of equal signs."""
        found = _SUMMARY.findall(_plain(self.output))
        return found[-1].strip("= ") if found else f"ended with exit code {self.code} before any test"

    def count(self, kind: str) -> int:
        """How many tests passed, failed, were skipped, or met an error outside the test."""
        match = re.search(rf"(\d+) {kind}", self.summary)
        return int(match[1]) if match else 0


def run_suites(projects: Sequence[str], arguments: Sequence[str]) -> int:
    """Runs the tests of the projects, all when none is named; ``arguments`` go to pytest.

    Returns 1 when a test failed or a project has none. With arguments, which may select tests, a project
    may be left without any, but not all of them.
    """
    chosen = [project.rstrip("/") for project in projects] or list(PROJECTS)
    for project in chosen:
        if project not in PROJECTS:
            raise OperatorError(f"There is no project {project}: choose among {', '.join(PROJECTS)}.")
    progress = Progress()
    with Stack(
        VAR / "test", kind="test", fsync=False, databases=(*SERVICE_DATABASES, _COMMON), progress=progress
    ) as stack:
        stack.prepare(disposable=True)
        results = _run_all(stack, chosen, arguments, progress)
    print(_report(results))
    ran = [result for result in results if result.code != _NO_TESTS]
    accepted = (0, _NO_TESTS) if arguments else (0,)
    return 0 if ran and all(result.code in accepted for result in results) else 1


def _run_all(
    stack: Stack, projects: Sequence[str], arguments: Sequence[str], progress: Progress
) -> list[Result]:
    """Two projects at a time; the tests of the whole system alone, because they measure and kill."""
    together = [project for project in projects if project != _SYSTEM_TESTS]
    alone = [project for project in projects if project == _SYSTEM_TESTS]
    results: list[Result] = []
    for batch in (together, alone):
        waiting = list(batch)
        if not batch:
            continue
        with progress.step("Testing") as step, ThreadPoolExecutor(_AT_A_TIME) as pool:
            step.detail = ", ".join(waiting)
            futures = [pool.submit(_run_one, each, _environment(stack, each), arguments) for each in batch]
            for future in as_completed(futures):
                result = future.result()
                results.append(result)
                waiting.remove(result.project)
                step.detail = ", ".join(waiting)
                progress.show(f"\n{'#' * 10} {result.project} {'#' * 10}\n{result.output}")
                progress.say(f"{result.project}: {result.summary}")
    return sorted(results, key=lambda result: projects.index(result.project))


def _run_one(project: str, environment: Mapping[str, str], arguments: Sequence[str]) -> Result:
    color = ["--color=yes"] if sys.stdout.isatty() else []
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", project, *color, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Result(project, done.returncode, done.stdout, time.monotonic() - began)


def _environment(stack: Stack, project: str) -> dict[str, str]:
    """What the tests of a project need: a database as both roles, and Redis databases nobody else empties."""
    if project == _SYSTEM_TESTS:
        return {"HRMS_STACK_ROOT": str(VAR / "test-e2e")}
    owner = "common" if project == "common" else project.removesuffix("_service")
    settings = _COMMON.project if project == "common" else owner
    first = 2 * PROJECTS.index(project)
    return {
        **stack.environment(settings, "test"),
        STACK_MARK: str(stack.root),
        "DJANGO_SETTINGS_MODULE": f"{settings}_service.settings",
        "DATABASE_URL": stack.dsn(owner, "app"),
        "DATABASE_OWNER_URL": stack.dsn(owner, "owner"),
        "REDIS_URL": stack.redis_url(first),
        "CACHE_URL": stack.redis_url(first + 1),
    }


def _report(results: Sequence[Result]) -> str:
    rows = [
        (
            result.project,
            "ok" if result.code == 0 else "no tests" if result.code == _NO_TESTS else "FAILED",
            *(str(result.count(kind)) for kind in _COUNTS),
            f"{result.seconds:.1f}",
        )
        for result in results
    ]
    total = [str(sum(result.count(kind) for result in results)) for kind in _COUNTS]
    rows.append(("all", "", *total, f"{sum(result.seconds for result in results):.1f}"))
    return "\n" + table(("project", "", "passed", "failed", "errors", "skipped", "seconds"), rows)


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
