"""``make audit``: known holes in packages, unsafe code, secrets in the source, licences, and the list of parts.

Whatever is found is mended or excused in .ci/audit.toml, each with its reason; an excuse for what is no longer
found is a finding, too. The list of parts (SBOM, CycloneDX) is written to var/sbom.cdx.json.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from common.runtime.layout import ROOT, TOOLS_LOCK, VAR, tool

EXCUSES: Final = ROOT / ".ci" / "audit.toml"
PARTS: Final = VAR / "sbom.cdx.json"
ONLINE: Final = "AUDIT_ONLINE"
_CODE: Final = (
    "common",
    "compose",
    "auth_service",
    "company_service",
    "employee_service",
    "document_service",
    "notification_service",
    "analytics_service",
)
_NOT_SHIPPED: Final = "*/tests/*,*/testing/*,*/migrations/*"
# Tests are full of words called passwords; keys, tokens and random text are looked for in them, too.
_WORDS_IN_TESTS: Final = "Secret Keyword"
# Their hashes look like nothing else.
_LOCKS: Final = r"^requirements/.*\.lock$"

Json = dict[str, Any]
Excused = Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """What one part of the audit has to say."""

    problems: Sequence[str] = ()
    note: str = ""


def run_audit() -> int:
    """Runs every part and says of each in one line what came of it; 1 when something is neither mended nor excused."""
    excuses = tomllib.loads(EXCUSES.read_text(encoding="utf-8"))
    parts: Sequence[tuple[str, Callable[[], Found]]] = (
        ("known holes (pip-audit)", lambda: _holes(excuses.get("holes", {}))),
        ("unsafe code (bandit)", _unsafe_code),
        ("secrets in the source (detect-secrets)", lambda: _secrets(excuses.get("secrets", {}))),
        ("licences (pip-licenses)", lambda: _licences(excuses["licences"])),
        ("list of parts (CycloneDX)", _parts),
    )
    failed = 0
    for name, part in parts:
        found = part()
        print(
            f"{'failed' if found.problems else 'ok    '}  {name}{found.note and f': {found.note}'}",
            flush=True,
        )
        for problem in found.problems:
            print(f"        {problem}", flush=True)
        failed += bool(found.problems)
    return 1 if failed else 0


def open_holes(answer: Json, excused: Excused) -> list[str]:
    """What pip-audit's JSON says of vulnerable packages, without the excused ones."""
    holes = [
        (
            hole["id"],
            f"{package['name']} {package['version']}: {hole['id']}, mended in {hole['fix_versions'] or 'no release'}",
        )
        for package in answer["dependencies"]
        for hole in package.get("vulns", [])
    ]
    return _unexcused(holes, excused)


def open_secrets(answer: Json, excused: Excused) -> list[str]:
    """What detect-secrets' JSON says, without the excused: an excuse is ``path hash`` of the secret, not its line."""
    found = {
        f"{path} {secret['hashed_secret']}": f"{path}:{secret['line_number']}: {secret['type']}; mend it, or excuse "
        f'"{path} {secret["hashed_secret"]}"'
        for path, secrets in answer["results"].items()
        for secret in secrets
        if secret["type"] != _WORDS_IN_TESTS or not _is_test(path)
    }
    return _unexcused(found.items(), excused)


def refused_licences(packages: Iterable[Json], allowed: Sequence[str], excused: Excused) -> list[str]:
    """Packages none of whose licences is allowed; a licence such as "MIT OR Apache-2.0" is one of the allowed."""
    refused = [
        (each["Name"], f"{each['Name']}: {each['License']}")
        for each in packages
        if each["License"] not in allowed
    ]
    return _unexcused(refused, excused)


def _unexcused(found: Collection[tuple[str, str]], excused: Excused) -> list[str]:
    """The sentences about what is not excused by its name, and those about excuses for what is not there."""
    known = {name for name, _sentence in found}
    idle = [name for name in excused if name not in known]
    return [
        *(sentence for name, sentence in found if name not in excused),
        *(f"{name} is excused, and not found any more: remove the excuse" for name in idle),
    ]


def _is_test(path: str) -> bool:
    return bool({"tests", "testing"} & set(Path(path).parts))


def _holes(excused: Excused) -> Found:
    done = _run(
        "pip-audit",
        "-r",
        str(TOOLS_LOCK),
        "--disable-pip",
        "--require-hashes",
        "-f",
        "json",
        "--progress-spinner",
        "off",
    )
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        sentence = f"the list of holes could not be asked for ({said[:200]})"
        if os.environ.get(ONLINE) == "1":
            return Found([f"{sentence}, and {ONLINE}=1 insists on it"])
        return Found(note=f"NOT LOOKED AT: {sentence}; {ONLINE}=1 makes this an error")
    return Found(open_holes(answer, excused), f"{len(answer['dependencies'])} packages")


def _unsafe_code() -> Found:
    options = ("-q", "-r", *_CODE, "-x", _NOT_SHIPPED, "-c", "pyproject.toml", "--severity-level", "medium")
    done = _run("bandit", *options, "-f", "json")
    answer = _json_of("bandit", done)
    problems = [
        f"{each['filename']}:{each['line_number']}: {each['test_id']} {each['issue_text']}"
        for each in answer["results"]
    ]
    problems += [f"{each['filename']}: {each['reason']}" for each in answer["errors"]]
    return Found(problems, f"{answer['metrics']['_totals']['loc']} lines")


def _secrets(excused: Excused) -> Found:
    done = _run("detect-secrets", "scan", "--exclude-files", _LOCKS)
    return Found(open_secrets(_json_of("detect-secrets", done), excused), f"{len(excused)} excused")


def _licences(rules: Json) -> Found:
    done = _run("pip-licenses", "--format", "json", "--from", "mixed", "--python", sys.executable)
    packages: list[Json] = _json_of("pip-licenses", done)
    return Found(refused_licences(packages, rules["allowed"], rules["excused"]), f"{len(packages)} packages")


def _parts() -> Found:
    VAR.mkdir(exist_ok=True)
    done = _run(
        "cyclonedx-py", "environment", sys.executable, "--pyproject", "pyproject.toml", "-o", str(PARTS)
    )
    if done.returncode:
        return Found([done.stderr.strip()[-500:]])
    count = len(json.loads(PARTS.read_text(encoding="utf-8"))["components"])
    return Found(note=f"{count} in {PARTS.relative_to(ROOT)}")


def _run(program: str, *options: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (tool(program), *options),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def _json_of(program: str, done: "subprocess.CompletedProcess[str]") -> Any:
    try:
        return json.loads(done.stdout)
    except ValueError:
        raise SystemExit(f"hrms: {program} failed: {done.stderr.strip()[-500:]}") from None
