"""Stands in for a container engine: compose.yaml's services as processes in namespaces of their own.

What an engine would do is done by hand: mounts for secrets, volumes and host names, the environment, the account
without any right, the read-only file system. What it would fetch is taken from this machine: PostgreSQL, Redis and
Python. Needs root; everything lives in one network of its own (see ``story``).
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from compileall import compile_dir
from pathlib import Path
from typing import Any, Final

import yaml

from common.runtime.layout import ROOT

COMPOSE: Final = ROOT / "compose"
# What the Dockerfile's images hold beside the service: see there.
_HELD: Final = ("__init__.py", "addresses.py", "backups.py", "provision.py", "start.sh")
_IMAGE: Final = {
    "PYTHONPATH": "/srv/hrms",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "HOME": "/tmp",  # noqa: S108 - of the container alone
}
# As the entrypoint of PostgreSQL's image: make the cluster once, then run the server as its own account.
_POSTGRES_ENTRYPOINT: Final = """#!/bin/sh
set -e
own() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }
data=/var/lib/postgresql/data
chown postgres "$data"
if [ ! -f "$data/PG_VERSION" ]; then
    printf %s "$POSTGRES_PASSWORD" > /run/password
    chown postgres /run/password
    own initdb -D "$data" --username=postgres --pwfile=/run/password $POSTGRES_INITDB_ARGS
    rm /run/password
fi
own "$@" -D "$data" -c listen_addresses='*' -c unix_socket_directories=
"""


class Engine:
    """Runs what compose.yaml says over what the preparation wrote.

    Args:
        folder: What ``compose.prepare`` has filled; also takes logs and the volume of PostgreSQL.
        programs: Folders with PostgreSQL's and Redis's programs.
    """

    def __init__(self, folder: Path, programs: Sequence[Path]) -> None:
        self._folder = folder
        text = (COMPOSE / "compose.yaml").read_text(encoding="utf-8")
        known = dict(_lines(folder / ".env"))
        compose: dict[str, Any] = yaml.safe_load(_filled_in(text, known))
        self.services: dict[str, dict[str, Any]] = compose["services"]
        self._secrets: dict[str, dict[str, str]] = compose["secrets"]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._path = ":".join(
            map(str, (Path(sys.executable).parent, folder / "bin", *programs, "/usr/bin", "/bin"))
        )
        # As the Dockerfile does: nothing could write it later.
        for package in (COMPOSE, ROOT / "common", *ROOT.glob("*_service")):
            compile_dir(package, quiet=1)
        for name in ("bin", "logs", "mounts"):
            (folder / name).mkdir(exist_ok=True)
        entrypoint = folder / "bin" / "docker-entrypoint.sh"
        entrypoint.write_text(_POSTGRES_ENTRYPOINT, encoding="utf-8")
        entrypoint.chmod(0o755)
        names = " ".join(
            [*self.services, *(each["hostname"] for each in self.services.values() if "hostname" in each)]
        )
        (folder / "hosts").write_text(f"127.0.0.1 localhost {names}\n", encoding="utf-8")

    def start(self, name: str) -> None:
        """Start a service and return."""
        self._processes[name] = self._open(name, self._command(name), {}, f"{name}.log")

    def run(self, name: str, *arguments: str, **environment: str) -> str:
        """Run a service to its end, with other arguments where some are given; what it printed."""
        command = [*self._entrypoint(name), *arguments] if arguments else self._command(name)
        process = self._open(name, command, environment, None)
        said = process.communicate()[0].decode()
        assert process.returncode == 0, f"{name} {arguments}: {said}"
        return said

    def healthy(self, name: str) -> bool:
        """Whether the service's own health check passes."""
        kind, *test = self.services[name]["healthcheck"]["test"]
        command = ["sh", "-c", test[0]] if kind == "CMD-SHELL" else test
        process = self._open(name, [word.replace("$$", "$") for word in command], {}, None)
        process.communicate()
        return process.returncode == 0

    def ended(self) -> list[str]:
        """Services that were started and have ended by themselves."""
        return [name for name, process in self._processes.items() if process.poll() is not None]

    def stop(self) -> None:
        """End everything, the last started first."""
        for process in reversed(self._processes.values()):
            process.terminate()
            process.wait()
        self._processes.clear()

    def log(self, name: str) -> str:
        """What a service has printed."""
        return (self._folder / "logs" / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def _command(self, name: str) -> list[str]:
        return [*self._entrypoint(name), *map(str, self.services[name].get("command", []))]

    def _entrypoint(self, name: str) -> list[str]:
        each = self.services[name]
        usual = ["sh", "compose/start.sh"] if "build" in each else []
        return [str(word).replace("$$", "$") for word in each.get("entrypoint", usual)]

    def _open(
        self, name: str, command: Sequence[str], extra: Mapping[str, str], log: str | None
    ) -> "subprocess.Popen[bytes]":
        environment = {**self._environment(name), **extra}
        words = [
            *self._as_its_user(name),
            "env",
            "-i",
            *(f"{key}={value}" for key, value in environment.items()),
            *command,
        ]
        script = "\n".join(["set -e", *self._mounts(name), f"exec {shlex.join(words)}"])
        output: Any = subprocess.PIPE
        if log:
            output = (self._folder / "logs" / log).open("ab")
        return subprocess.Popen(
            ("unshare", "--mount", "sh", "-c", script),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    def _environment(self, name: str) -> dict[str, str]:
        each = self.services[name]
        values = {"PATH": self._path}
        if "build" in each:
            service = each["build"]["args"]["SERVICE"]
            values |= _IMAGE | {"SERVICE": service, "DJANGO_SETTINGS_MODULE": f"{service}_service.settings"}
        for file in each.get("env_file", []):
            values |= dict(_lines(self._folder / file))
        return values | {key: str(value) for key, value in each.get("environment", {}).items()}

    def _as_its_user(self, name: str) -> list[str]:
        each = self.services[name]
        if "user" not in each:
            return []
        uid, gid = each["user"].split(":")
        assert each["cap_drop"] == ["ALL"]
        return [
            "setpriv",
            "--reuid",
            uid,
            "--regid",
            gid,
            "--clear-groups",
            "--bounding-set=-all",
            "--no-new-privs",
        ]

    def _mounts(self, name: str) -> list[str]:
        each = self.services[name]
        mounts = [
            f"mount --bind {self._folder}/hosts /etc/hosts",
            "mount -t tmpfs -o mode=755 none /run",
            "mkdir /run/secrets",
            f"mount --bind {self._secrets_of(name)} /run/secrets",
            "mount -t tmpfs -o mode=755 none /var/lib",
        ]
        for volume in each.get("volumes", []):
            source, target = volume.split(":")[:2]
            here = self._folder / (source if source.startswith("./") else f"volumes/{source}")
            here.mkdir(parents=True, exist_ok=True)
            assert target.startswith("/var/lib/"), "no other folder can be made here"
            mounts += [f"mkdir -p {target}", f"mount --bind {here} {target}"]
        if "build" in each:
            mounts += self._image(each["build"]["args"]["SERVICE"])
        if "working_dir" in each:
            mounts.append(f"cd {each['working_dir']}")
        if each.get("read_only"):
            mounts += ["mount -o remount,bind,ro /", "mount -t tmpfs -o mode=1777 none /tmp"]
        return mounts

    def _image(self, service: str) -> list[str]:
        """The code that the service's image holds, and no other."""
        folders = ("common", f"{service}_service")
        return [
            "mount -t tmpfs -o mode=755 none /srv",
            f"mkdir -p /srv/hrms/compose {' '.join(f'/srv/hrms/{folder}' for folder in folders)}",
            *(f"mount --bind {ROOT}/{folder} /srv/hrms/{folder}" for folder in folders),
            *(f"cp {COMPOSE}/{file} /srv/hrms/compose/" for file in _HELD),
            "cd /srv/hrms",
        ]

    def _secrets_of(self, name: str) -> Path:
        folder = self._folder / "mounts" / name
        if not folder.exists():
            folder.mkdir()
            for secret in self.services[name].get("secrets", []):
                source, target = (
                    (secret, secret) if isinstance(secret, str) else (secret["source"], secret["target"])
                )
                file = self._folder / self._secrets[source]["file"]
                shutil.copy2(file, folder / target)
                os.chown(folder / target, file.stat().st_uid, file.stat().st_gid)
        return folder


def _filled_in(text: str, known: Mapping[str, str]) -> str:
    """The text with ``${NAME:-default}`` and ``${NAME:?what to do}`` as compose reads them."""
    return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", lambda found: known.get(found[1]) or found[3], text)


def _lines(file: Path) -> list[tuple[str, str]]:
    pairs = (line.partition("=") for line in file.read_text(encoding="utf-8").splitlines())
    return [(name, value) for name, _, value in pairs]
