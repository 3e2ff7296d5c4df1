from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from common.runtime.errors import OperatorError
from common.runtime.layout import PROCESSES, SERVICES, service_command
from common.runtime.stack import Stack
from common.runtime.state import read_state


@pytest.fixture
def migrated(stack: Stack) -> Stack:
    stack.migrate()
    return stack


@pytest.fixture
def broken(code: Path) -> Iterator[Path]:
    """A mark that makes company_service's migrations fail."""
    mark = code / "company_service" / "broken"
    mark.touch()
    yield mark
    mark.unlink(missing_ok=True)


def runs_of(stack: Stack, service: str) -> list[str]:
    with psycopg.connect(stack.dsn(service, "owner")) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM django_migrations")]


def test_migrations_run_as_the_owner_and_once(migrated: Stack) -> None:
    before = runs_of(migrated, "auth")
    migrated.migrate()
    assert runs_of(migrated, "auth") == before
    assert set(before) == {"auth_owner"}


def test_migrations_run_again_when_one_was_added(migrated: Stack, code: Path) -> None:
    before = len(runs_of(migrated, "document"))
    (code / "document_service" / "things" / "migrations" / "0002_more.py").write_text("second")
    migrated.migrate()
    assert len(runs_of(migrated, "document")) == before + 1


def test_the_run_time_role_cannot_rewrite_the_history_of_migrations(migrated: Stack) -> None:
    with psycopg.connect(migrated.dsn("auth")) as connection:
        assert connection.execute("SELECT count(*) FROM django_migrations").fetchone()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM django_migrations")


def test_a_failing_migration_is_named_with_what_it_said(migrated: Stack, code: Path, broken: Path) -> None:
    changed = code / "company_service" / "things" / "migrations" / "0003_wrong.py"
    changed.write_text("wrong")
    with pytest.raises(OperatorError, match=r"company_service_db could not be migrated") as caught:
        migrated.migrate()
    assert "this migration cannot be applied" in str(caught.value)
    broken.unlink()
    migrated.migrate()


def test_services_start_become_healthy_and_come_back_when_killed(stack: Stack) -> None:
    stack.start_services(["employee"], env={"EXTRA": "1"})
    stack.wait_healthy(["employee"])
    web = stack.process("employee", "web")
    web.kill9()
    web.wait_restarted(after=0)
    stack.wait_healthy(["employee"])
    state = read_state(stack.root)
    assert state is not None
    assert {entry.name: entry.restarts for entry in state.entries}["employee-web"] == 1
    assert all(entry.alive() for entry in state.entries)


def test_a_service_that_does_not_start_is_named_with_the_end_of_its_log(stack: Stack) -> None:
    broken = Stack(stack.root, command=lambda *_: ("/bin/sh", "-c", "echo no settings; exit 1"))
    broken.__dict__.update(ports=stack.ports, _supervisor=stack._supervisor)
    broken.start_services(["analytics"], ["web"])
    with pytest.raises(OperatorError, match="analytics_service does not answer") as caught:
        broken.wait_healthy(["analytics"])
    assert "    no settings" in str(caught.value)
    stack.process("analytics", "web").stop()


def test_a_service_is_told_everything_it_needs_and_nothing_of_the_others(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "somebody.elses.settings")
    environment = stack.environment("company")
    assert "DJANGO_SETTINGS_MODULE" not in environment
    assert "SIGNING_KEY_PASSPHRASE" not in environment
    assert environment["DATABASE_URL"] == stack.dsn("company")
    assert environment["COMPANY_URL"].endswith(environment["PORT"])
    assert environment["WAKE_ADDRESS"] == f"127.0.0.1:{int(environment['PORT']) + 1000}"
    text = "\n".join(environment.values())
    others = [name for name in SERVICES if name != "company"]
    assert not any(stack.credentials.services[name].app_password in text for name in others)
    assert "_owner:" not in text


def test_only_auth_gets_the_passphrase_of_the_signing_keys(stack: Stack) -> None:
    assert stack.environment("auth")["SIGNING_KEY_PASSPHRASE"] == stack.credentials.signing_key_passphrase


def test_a_password_never_stands_on_a_command_line(stack: Stack) -> None:
    secret = [stack.credentials.redis_password, stack.credentials.superuser_password]
    lines = [service_command(service, process, 3001) for service in SERVICES for process in PROCESSES]
    lines.append(stack.process("redis")._run.spec.command)
    lines.append(stack.process("postgres")._run.spec.command)
    assert not any(word in part for line in lines for part in line for word in secret)


@pytest.mark.parametrize("names", [["payroll"], ["auth", "Auth"]])
def test_an_unknown_service_is_refused(stack: Stack, names: list[str]) -> None:
    with pytest.raises(ValueError, match="no service named"):
        stack.start_services(names)
