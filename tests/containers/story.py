"""``python -m tests.containers.story FOLDER``: the containers' system comes up, hires, is lost, and restored.

Run inside a network of its own (``unshare --net``), where names and ports are those of compose.yaml.
"""

import fcntl
import shutil
import socket
import struct
import sys
import time
from pathlib import Path
from ssl import create_default_context
from typing import Any, Final
from uuid import UUID

import httpx
import pyotp
import pyrage

from common.conf.service import PORTS
from common.runtime.backup import PUBLIC_KEYS, make_key
from common.runtime.credentials import load_or_create
from common.runtime.layout import SERVICES
from common.runtime.progress import Progress
from common.runtime.redis import find_program, version_of
from common.runtime.redis_users import access_list
from common.runtime.wheels import postgres_home
from compose.prepare import prepare
from tests.containers.engine import Engine
from tests.e2e.house import new_person
from tests.waiting import wait_until

EMAIL: Final = "hr@hrms.example"
PASSWORD: Final = "a-Long-Enough-Phrase-7"
MINUTES: Final = 300.0
SALARY: Final = 750.5
_UP: Final = 1


def _loopback_up() -> None:
    """A new network's loopback is down; without the program ``ip``, which a machine may lack."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", _UP)
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS


def _url(service: str, path: str) -> str:
    return f"https://127.0.0.1:{PORTS[service]}{path}"


class Story:
    """One system of containers, from nothing to its restored copy."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.progress = folder, Progress()
        prepare(folder)
        redis = find_program()
        assert redis, "a Redis with TLS is needed"
        self._fit_users(redis)
        authorities = create_default_context(cafile=folder / "secrets" / "services-ca.crt")
        self.http = httpx.Client(verify=authorities, timeout=60)
        self.engine = Engine(folder, [postgres_home(self.progress) / "bin", redis.parent])

    def servers(self) -> None:
        """PostgreSQL and Redis, and what is made in them."""
        with self.progress.step("Servers, databases and roles"):
            for name in ("postgres", "redis"):
                self.engine.start(name)
                self._wait_healthy(name)
            self.engine.run("provision")

    def services(self) -> None:
        """Migrations, then all processes."""
        with self.progress.step("Migrations") as step:
            for service in PORTS:
                step.detail = service
                self.engine.run(f"{service}-migrate")
        with self.progress.step("Services"):
            for process in ("web", "worker", "relay"):
                for service in PORTS:
                    self.engine.start(f"{service}-{process}")
            for service in PORTS:
                self._wait_healthy(f"{service}-web")
        assert self.engine.ended() == []

    def sign_in(self) -> None:
        """The first administrator, with the second factor that production asks of it."""
        self.engine.run("auth-web", "ensure_admin", "--email", EMAIL, HR_ADMIN_PASSWORD=PASSWORD)
        login = {"email": EMAIL, "password": PASSWORD}
        narrow = {"Authorization": f"Bearer {self._post('/login', login)['token']}"}
        totp = pyotp.TOTP(self._post("/second-factor", {"password": PASSWORD}, narrow)["secret"])
        now = time.time()
        self._post("/second-factor/confirm", {"code": totp.at(int(now))}, narrow)
        # A code works once; the next one is taken half a minute early.
        self.headers = {
            "Authorization": f"Bearer {self._post('/login', {**login, 'code': totp.at(int(now) + 30)})['token']}"
        }

    def hire(self) -> str:
        """The id of somebody who was hired by the saga over three services; analytics is told over the broker."""
        with self.progress.step("A hire"):
            body = {"name": "Container Trading"}
            company = self._ask("POST", "company", "/companies", json=body)["company"]["id"]
            wait_until(lambda: self._hired(company), "the hire is taken", MINUTES)
            found = self._ask("GET", "employee", "/employees", params={"company_id": company})["employees"]
            counted = {"company_id": company}
            wait_until(
                lambda: self._ask("GET", "analytics", "/metrics/headcount", params=counted)["headcount"] == 1,
                "analytics counts one",
                MINUTES,
            )
        return str(found[0]["id"])

    def salary(self, employee: str) -> float:
        """Of somebody who is there: sealed in the row, opened by the service's keys."""
        return float(self._ask("GET", "employee", f"/employees/{UUID(employee)}")["employee"]["salary"])

    def back_up(self) -> Path:
        """A backup for a new key, which is where the container finds it."""
        folder = self.folder / "data" / "backups"
        key = folder / "backup.key"
        make_key(key)
        shutil.chown(key, folder.stat().st_uid, folder.stat().st_gid)
        public = pyrage.x25519.Identity.from_str(key.read_text(encoding="utf-8").strip()).to_public()
        self._tell(self.engine.run("backup", "backup", "monday", **{PUBLIC_KEYS: str(public)}))
        return key

    def lose_everything(self) -> None:
        """The end of all processes and of the database's volume, as ``docker compose down -v``."""
        with self.progress.step("Everything is lost"):
            self.engine.stop()
            shutil.rmtree(self.folder / "volumes")

    def restore(self, key: Path) -> None:
        """The backup into new databases."""
        self._tell(self.engine.run("backup", "restore", "monday", key.name))

    def _tell(self, said: str) -> None:
        self.progress.say(said.strip().splitlines()[-1])

    def _fit_users(self, redis: Path) -> None:
        """This machine's Redis may be older than the image's, and knows fewer commands."""
        secrets = self.folder / "secrets"
        users = access_list(load_or_create(secrets, SERVICES), version_of(str(redis)) or (7, 0))
        (secrets / "redis-users.acl").write_text(users, encoding="utf-8")

    def _wait_healthy(self, name: str) -> None:
        wait_until(
            lambda: name in self.engine.ended() or self.engine.healthy(name), f"{name} is healthy", MINUTES
        )
        assert name not in self.engine.ended(), self.engine.log(name)

    def _hired(self, company: str) -> bool:
        body = new_person(company, salary=SALARY)
        answer = self.http.post(_url("employee", "/employees"), json=body, headers=self.headers)
        return answer.status_code == httpx.codes.CREATED

    def _post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.http.post(_url("auth", path), json=body, headers=headers)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def _ask(self, method: str, service: str, path: str, **options: Any) -> dict[str, Any]:
        answers: list[httpx.Response] = []

        def answered() -> bool:
            # A service that cannot ask another one in time says so, having done nothing.
            answers.append(self.http.request(method, _url(service, path), headers=self.headers, **options))
            return answers[-1].status_code != httpx.codes.SERVICE_UNAVAILABLE

        wait_until(answered, f"{service} answers {method} {path}", MINUTES)
        answer = answers[-1]
        assert answer.is_success, answer.text
        return dict(answer.json())


def main() -> None:
    """Tell the whole story; the last line says that it has ended well."""
    _loopback_up()
    story = Story(Path(sys.argv[1]))
    story.servers()
    story.services()
    story.sign_in()
    employee = story.hire()
    key = story.back_up()
    story.lose_everything()
    story.servers()
    story.restore(key)
    story.services()
    assert story.salary(employee) == SALARY
    story.engine.stop()
    story.progress.say("The same employee, with the same pay, is read from the restored system")


if __name__ == "__main__":
    main()
