"""What the audit lets through, and what not."""

import tomllib
from typing import Any

from common.runtime.audit import EXCUSES, open_holes, open_secrets, refused_licences

HOLES = {
    "dependencies": [
        {"name": "good", "version": "1.0", "vulns": []},
        {"name": "bad", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]},
    ]
}


def secrets(path: str, kind: str) -> dict[str, Any]:
    return {"results": {path: [{"type": kind, "hashed_secret": "abc", "line_number": 7}]}}


def test_a_known_hole_is_a_finding_until_it_is_excused() -> None:
    assert open_holes(HOLES, {}) == ["bad 2.0: PYSEC-1, mended in ['2.1']"]
    assert open_holes(HOLES, {"PYSEC-1": "that part is not used"}) == []


def test_an_excuse_for_nothing_is_a_finding() -> None:
    assert open_holes({"dependencies": []}, {"PYSEC-1": "gone"}) == [
        "PYSEC-1 is excused, and not found any more: remove the excuse"
    ]


def test_a_secret_in_the_source_is_a_finding_until_it_is_excused() -> None:
    answer = secrets("common/errors.py", "Private Key")
    (problem,) = open_secrets(answer, {})
    assert problem.startswith("common/errors.py:7: Private Key")
    assert open_secrets(answer, {"common/errors.py abc": "an example"}) == []


def test_another_secret_in_an_excused_file_is_a_finding() -> None:
    answer = secrets("common/errors.py", "Private Key")
    assert len(open_secrets(answer, {"common/errors.py def": "an example"})) == 2


def test_words_called_passwords_are_no_findings_in_tests_but_keys_are() -> None:
    path = "common/runtime/tests/test_audit.py"
    assert open_secrets(secrets(path, "Secret Keyword"), {}) == []
    assert len(open_secrets(secrets("common/errors.py", "Secret Keyword"), {})) == 1
    assert len(open_secrets(secrets(path, "AWS Access Key"), {})) == 1


def test_a_licence_that_nobody_has_allowed_is_a_finding() -> None:
    packages = [{"Name": "free", "License": "MIT"}, {"Name": "strict", "License": "AGPL-3.0"}]
    assert refused_licences(packages, ["MIT"], {}) == ["strict: AGPL-3.0"]
    assert refused_licences(packages, ["MIT"], {"strict": "a tool, not shipped"}) == []


def test_every_excuse_gives_a_reason() -> None:
    excuses = tomllib.loads(EXCUSES.read_text(encoding="utf-8"))
    reasons = [
        *excuses["holes"].values(),
        *excuses["licences"]["excused"].values(),
        *excuses["secrets"].values(),
    ]
    assert all(len(reason.split()) >= 3 for reason in reasons)
