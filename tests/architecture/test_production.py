"""The settings that compose/ ships are safe, and a slip in them is found before anything starts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from common.conf.service import PORTS
from compose.prepare import prepare
from tests.architecture.tree import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose" / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose")
    prepare(folder)
    return folder


def environment(folder: Path, service: str) -> dict[str, str]:
    """What the service's web process in its container is given, with the secrets where they are here."""
    web = COMPOSE["services"][f"{service}-web"]
    values = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    said = {name: str(value) for name, value in web["environment"].items()}
    values |= {name: value.replace("${PUBLIC_HOSTS:-localhost}", "localhost") for name, value in said.items()}
    for file in web["env_file"]:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        values |= dict(line.split("=", 1) for line in lines)
    for secret in web["secrets"]:
        source, target = (secret, secret) if isinstance(secret, str) else (secret["source"], secret["target"])
        file = str(folder / COMPOSE["secrets"][source]["file"])
        values = {
            name: file if value == f"/run/secrets/{target}" else value for name, value in values.items()
        }
    return values | {"DJANGO_SETTINGS_MODULE": f"{service}_service.settings"}


def checked(service: str, values: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        (sys.executable, f"{service}_service/manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        cwd=ROOT,
        env=values,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("service", PORTS)
def test_the_shipped_settings_pass_every_check(prepared: Path, service: str) -> None:
    done = checked(service, environment(prepared, service))
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CORS_ALLOWED_ORIGINS", "http://hr.example.com", "CORS_ALLOWED_ORIGINS names http://hr.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "https://*.example.com", "CSRF_TRUSTED_ORIGINS names"),
        ("ALLOWED_HOSTS", "*", "ALLOWED_HOSTS"),
        ("METRICS_TOKEN_FILE", "", "METRICS_TOKEN"),
        ("SERVICE_ENV", "test", "only production is made for"),
    ],
)
def test_a_slip_is_found(prepared: Path, name: str, value: str, said: str) -> None:
    done = checked("company", environment(prepared, "company") | {name: value})
    assert done.returncode == 1
    assert said in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "changeme", "SECRET_KEY is a placeholder"),
        ("SECRET_KEY", "x9!kQ", "SECRET_KEY has 5 characters"),
        ("SECRET_KEY", "secret" * 20, "SECRET_KEY is made of a few characters or words"),
        ("DATABASE_URL", "postgresql://company_app@db/company_service_db", "DATABASE_URL has 0 characters"),
        ("METRICS_TOKEN_FILE", "/no/such/file", "METRICS_TOKEN_FILE=/no/such/file cannot be read"),
    ],
)
def test_a_weak_secret_starts_nothing(prepared: Path, name: str, value: str, said: str) -> None:
    done = checked("company", environment(prepared, "company") | {name: value})
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_another_services_private_key_starts_nothing(prepared: Path) -> None:
    key = environment(prepared, "employee")["SERVICE_KEY_FILE"]
    done = checked("company", environment(prepared, "company") | {"SERVICE_KEY_FILE": key})
    assert done.returncode == 2
    assert "not the key that SERVICE_KEYRING_FILE knows as company's" in done.stderr


def test_one_secret_of_two_services_is_not_prepared(tmp_path: Path) -> None:
    prepare(tmp_path)
    file = tmp_path / "secrets" / "secrets.json"
    record = json.loads(file.read_text(encoding="utf-8"))
    record["services"]["company"]["secret_key"] = record["services"]["auth"]["secret_key"]
    file.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(SystemExit, match=r"company secret_key and .* auth secret_key are the same secret"):
        prepare(tmp_path)
