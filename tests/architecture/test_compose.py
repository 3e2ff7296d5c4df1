"""The containers run what the services are, and read what the preparation writes."""

import os
import re
import shutil
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
OF_OTHERS = {"postgres", "redis", "prometheus"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("compose")
    prepare(folder)
    return folder


def _of_ours() -> dict[str, dict[str, Any]]:
    return {name: each for name, each in COMPOSE["services"].items() if name not in OF_OTHERS}


def test_an_image_holds_every_module_that_its_own_ones_read(tmp_path: Path) -> None:
    text = (ROOT / "compose" / "service.Dockerfile").read_text(encoding="utf-8")
    allowed = (ROOT / "compose" / "service.Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    held = re.search(r"^COPY (compose/.*) compose/$", text, re.M)
    assert held
    (tmp_path / "compose").mkdir()
    for name in held[1].split():
        assert f"!{name}" in allowed
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "common", tmp_path / "common", ignore=shutil.ignore_patterns("tests"))
    entrypoints = [each["entrypoint"] for each in _of_ours().values() if "entrypoint" in each]
    assert entrypoints
    for python, minus_m, module in entrypoints:
        assert (python, minus_m) == ("python", "-m")
        done = subprocess.run(
            (sys.executable, "-c", f"import {module}"),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("service", PORTS)
def test_a_service_has_its_three_processes_and_its_migrations(service: str) -> None:
    processes = {name.removeprefix(f"{service}-"): each for name, each in _of_ours().items()}
    for process in ("web", "worker", "relay"):
        assert processes[process]["command"] == [process]
        assert processes[process]["environment"]["PORT"] == str(PORTS[service])
        assert processes[process]["depends_on"][f"{service}-migrate"] == {
            "condition": "service_completed_successfully"
        }
    assert processes["migrate"]["env_file"][-1] == f"secrets/{service}-owner.env"


def test_nothing_of_ours_runs_as_root_or_may_become_it() -> None:
    lax = [
        name
        for name, each in _of_ours().items()
        if not each["user"].startswith("${HRMS_UID:?")
        or each["cap_drop"] != ["ALL"]
        or each["security_opt"] != ["no-new-privileges:true"]
    ]
    assert lax == []


def test_prometheus_asks_every_service_with_the_token_that_it_alone_takes(prepared: Path) -> None:
    text = (ROOT / "compose" / "prometheus.yml").read_text(encoding="utf-8")
    jobs = {job["job_name"]: job for job in yaml.safe_load(text)["scrape_configs"]}
    assert jobs.keys() == PORTS.keys()
    tokens_held = {f"{service}_metrics" for service in PORTS}
    assert set(COMPOSE["services"]["prometheus"]["secrets"]) == tokens_held | {"services_ca"}
    for service, port in PORTS.items():
        assert jobs[service]["static_configs"] == [{"targets": [f"{service}-web:{port}"]}]
        file = jobs[service]["authorization"]["credentials_file"]
        assert file == f"/run/secrets/{service}_metrics"
        web = COMPOSE["services"][f"{service}-web"]
        assert {"source": f"{service}_metrics", "target": "metrics_token"} in web["secrets"]
        assert web["environment"]["METRICS_TOKEN_FILE"] == "/run/secrets/metrics_token"
    tokens = {(prepared / "secrets" / "metrics" / service).read_text(encoding="utf-8") for service in PORTS}
    assert len(tokens) == len(PORTS)


def test_the_preparation_writes_every_file_that_is_read(prepared: Path) -> None:
    wanted = {file for each in COMPOSE["services"].values() for file in each.get("env_file", [])}
    wanted |= {secret["file"] for secret in COMPOSE["secrets"].values()}
    assert [file for file in sorted(wanted) if not (prepared / file).is_file()] == []
    assert (prepared / ".env").read_text(encoding="utf-8").startswith("HRMS_UID=")


def test_what_an_operator_decides_reaches_every_process_and_is_kept(tmp_path: Path) -> None:
    prepare(tmp_path)
    (tmp_path / "settings.env").write_text("MAIL_HOST=mail.example.com\n", encoding="utf-8")
    prepare(tmp_path)
    assert (tmp_path / "settings.env").read_text(encoding="utf-8") == "MAIL_HOST=mail.example.com\n"
    files = [each["env_file"] for each in _of_ours().values() if "env_file" in each]
    assert len(files) == 4 * len(PORTS)
    # Secrets come after it, and cannot be taken away by it.
    assert {each[0] for each in files} == {"settings.env"}


def test_secrets_are_for_their_owner_only_and_survive_a_second_preparation(prepared: Path) -> None:
    before = {path: path.read_bytes() for path in prepared.rglob("*") if path.is_file()}
    assert [path for path in before if path.stat().st_mode & 0o077] == []
    assert {path.stat().st_uid for path in before if path.parent != prepared} != {0}
    prepare(prepared)
    assert {path: path.read_bytes() for path in before} == before


def test_no_secret_of_one_service_is_in_anothers_environment(prepared: Path) -> None:
    keys = [
        line
        for file in sorted((prepared / "secrets").glob("*.env"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.startswith(("SECRET_KEY=", "DATABASE_URL="))
    ]
    assert len(keys) == len(set(keys)) == 3 * len(PORTS)


def test_the_gateway_finds_its_configuration_and_knows_the_services_by_their_containers(
    prepared: Path,
) -> None:
    gateway = COMPOSE["services"]["gateway"]
    assert gateway["volumes"] == ["./data/gateway:/var/lib/gateway"]
    text = (prepared / "data" / "gateway" / gateway["command"][-1]).read_text(encoding="utf-8")
    assert "bind 0.0.0.0:3000\n" in text
    for service, port in PORTS.items():
        assert re.search(
            rf"server app {service}-web:{port} .* verify required .* verifyhost {service}-web ", text
        )
    assert (prepared / "data" / "gateway" / "share.map").read_text(encoding="utf-8") == "new 0\n"


def test_every_service_keeps_its_files_in_a_folder_that_the_preparation_makes(prepared: Path) -> None:
    for name, each in _of_ours().items():
        service, dash, _process = name.partition("-")
        if not dash:
            continue
        assert each["volumes"] == [f"./data/{service}:/var/lib/hrms"]
        assert (prepared / "data" / service).is_dir()
        kept = [
            value for key, value in each["environment"].items() if key.endswith(("_DIR", "_SCHEDULE_FILE"))
        ]
        assert kept, name
        assert all(value.startswith("/var/lib/hrms/") for value in kept)


def test_the_database_is_reached_over_tls_by_who_knows_its_certificate(prepared: Path) -> None:
    rules = (prepared / "secrets" / "pg_hba.conf").read_text(encoding="utf-8").splitlines()
    assert {rule.split()[0] for rule in rules[1:-1]} == {"hostssl"}
    assert {rule.split()[-1] for rule in rules} == {"scram-sha-256", "reject"}
    assert rules[-1] == "host all all all reject"
    postgres = COMPOSE["services"]["postgres"]
    assert "ssl=on" in postgres["command"]
    for service in PORTS:
        roles = ",".join(f"{service}_{role}" for role in ("owner", "app", "reader", "backup"))
        assert f"hostssl {service}_service_db {roles} samenet scram-sha-256" in rules
        for name in (f"{service}.env", f"{service}-owner.env"):
            text = (prepared / "secrets" / name).read_text(encoding="utf-8")
            assert "?sslmode=verify-full&sslrootcert=/run/secrets/database_ca\n" in text
        for process in ("migrate", "web", "worker", "relay"):
            assert "database_ca" in COMPOSE["services"][f"{service}-{process}"]["secrets"]
    assert "database_key" not in {
        secret
        for name, each in _of_ours().items()
        for secret in each.get("secrets", [])
        if isinstance(secret, str)
    }


def test_redis_is_reached_over_tls_by_who_knows_its_certificate(prepared: Path) -> None:
    redis = COMPOSE["services"]["redis"]
    options = dict(zip(redis["command"][1::2], redis["command"][2::2], strict=True))
    assert (options["--port"], options["--tls-port"]) == ("0", "6379")
    for option in ("--tls-cert-file", "--tls-key-file", "--aclfile"):
        assert options[option].removeprefix("/run/secrets/") in redis["secrets"]
    for service in PORTS:
        text = (prepared / "secrets" / f"{service}.env").read_text(encoding="utf-8")
        for database in (0, 1):
            assert f"@redis:6379/{database}?ssl_ca_certs=/run/secrets/redis_ca\n" in text
        for process in ("migrate", "web", "worker", "relay"):
            assert "redis_ca" in COMPOSE["services"][f"{service}-{process}"]["secrets"]
    holders = {name for name, each in COMPOSE["services"].items() if "redis_key" in each.get("secrets", [])}
    assert holders == {"redis"}


def test_redis_knows_each_service_and_nobody_else(prepared: Path) -> None:
    users = (prepared / "secrets" / "redis-users.acl").read_text(encoding="utf-8").splitlines()
    assert {line.split()[1] for line in users} == {"default", "health", "operator", *PORTS}
    assert users[0].startswith("user default off ")
    for service in PORTS:
        text = (prepared / "secrets" / f"{service}.env").read_text(encoding="utf-8")
        assert f"REDIS_URL=rediss://{service}:" in text
        assert "operator" not in text


def test_services_are_asked_over_tls_by_who_knows_their_certificates(prepared: Path) -> None:
    secrets = prepared / "secrets"
    together = (secrets / "services-ca.crt").read_text(encoding="ascii")
    assert together.count("BEGIN CERTIFICATE") == len(PORTS)
    assert (prepared / "data" / "gateway" / "services-ca.crt").read_text(encoding="ascii") == together
    text = (ROOT / "compose" / "prometheus.yml").read_text(encoding="utf-8")
    for job in yaml.safe_load(text)["scrape_configs"]:
        assert (job["scheme"], job["tls_config"]["ca_file"]) == ("https", "/run/secrets/services_ca")
    for service, port in PORTS.items():
        assert COMPOSE["x-environment"][f"{service.upper()}_URL"] == f"https://{service}-web:{port}"
        holders = {name for name, each in _of_ours().items() if f"{service}_certificate_key" in str(each)}
        assert holders == {f"{service}-{process}" for process in ("migrate", "web", "worker", "relay")}


def test_the_names_under_which_people_come_are_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLIC_HOSTS", "hr.example.com, hr.example.org")
    prepare(tmp_path)
    made = (tmp_path / "secrets" / "auth-web.crt").read_bytes()
    monkeypatch.delenv("PUBLIC_HOSTS")
    prepare(tmp_path)
    assert (tmp_path / "secrets" / "auth-web.crt").read_bytes() == made
    assert "PUBLIC_HOSTS=hr.example.com,hr.example.org\n" in (tmp_path / ".env").read_text(encoding="utf-8")
