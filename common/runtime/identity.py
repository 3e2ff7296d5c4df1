"""Which user runs PostgreSQL: it refuses root, so root hands it to an ordinary user."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from common.runtime.errors import OperatorError

_CANDIDATES = ("postgres", "nobody")


class PopenArguments(TypedDict, total=False):
    """The keyword arguments of :class:`subprocess.Popen` that change the user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Account:
    """An ordinary user of this machine."""

    name: str
    uid: int
    gid: int

    def popen_arguments(self) -> PopenArguments:
        """What to give to ``subprocess`` so that a program runs as this user and nobody more."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def may_enter(self, folder: Path) -> bool:
        """Whether this user can change into the folder, tried for real."""
        return self._succeeds("/bin/sh", "-c", 'cd "$1"', "sh", str(folder))

    def may_run(self, program: Path) -> bool:
        """Whether this user can run the program, tried with ``--version``."""
        return self._succeeds(str(program), "--version")

    def _succeeds(self, *command: str) -> bool:
        try:
            done = subprocess.run(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                **self.popen_arguments(),
            )
        except OSError:
            return False
        return done.returncode == 0


def database_account() -> Account | None:
    """The user PostgreSQL must run as; None when that is simply the present user.

    Raises:
        OperatorError: The present user is root and there is no ordinary user to hand over to.
    """
    if os.geteuid() != 0:
        return None
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise OperatorError(
        f"PostgreSQL does not run as root and this machine has neither user "
        f"{' nor user '.join(_CANDIDATES)}: add one with `useradd --system postgres`, "
        "or run the command as an ordinary user."
    )
