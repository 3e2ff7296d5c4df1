import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from common.security.encryption.keyring import KeyringError, make_keyring, parse_keyring, read_keyring

ROOT = Path(__file__).resolve().parents[4]


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def spelled(**changes: Any) -> str:
    return json.dumps(make_keyring("employee") | changes)


def test_a_made_keyring_can_be_used_from_a_file_and_from_the_environment(tmp_path: Path) -> None:
    text = spelled()
    file = tmp_path / "ring.json"
    file.write_text(text)
    assert read_keyring("employee", {"ENCRYPTION_KEYRING_FILE": str(file)}).current == "k1"
    assert read_keyring("employee", {"ENCRYPTION_KEYRING": text}).current == "k1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must be JSON"),
        ("{}", "must be JSON"),
        ("[]", "must be JSON"),
        (spelled(service="document"), "each service has its own"),
        (spelled(current="k9"), "not among its keys"),
        (spelled(keys={"k1": b64(os.urandom(16))}), "not 32 bytes"),
        (spelled(keys={"k1": "changeme"}), "not 32 bytes"),
        (spelled(keys={"k1": 5}), "not 32 bytes"),
        (spelled(keys={"k1": b64(bytes(32))}), "not random"),
        (spelled(keys={"k1": b64(b"changeme" * 4)}), "not random"),
        (spelled(keys={"k1": b64(os.urandom(32)), "k:2": b64(os.urandom(32))}), "name"),
        (spelled(index=b64(bytes(32))), "not random"),
        (spelled(keys={"k1": b64(bytes(range(32)))}, index=b64(bytes(range(32)))), "same key twice"),
    ],
)
def test_a_keyring_that_is_damaged_short_default_or_shared_is_refused_without_naming_a_key(
    text: str, why: str
) -> None:
    with pytest.raises(KeyringError, match=why) as refusal:
        parse_keyring(text, "employee")
    assert b64(bytes(32)) not in str(refusal.value)


def test_a_keyring_shows_no_key_when_it_is_printed() -> None:
    content = make_keyring("employee")
    shown = repr(parse_keyring(json.dumps(content), "employee"))
    assert content["index"] not in shown
    assert "AESGCM" not in shown


def test_a_service_without_a_keyring_does_not_start_and_says_so_in_a_sentence() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENCRYPTION_")}
    done = subprocess.run(
        [sys.executable, "-c", "import employee_service.settings"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Neither ENCRYPTION_KEYRING_FILE nor ENCRYPTION_KEYRING is set")
    assert "Traceback" not in done.stderr
