"""Where a stack's PostgreSQL keeps its data, so that the user it runs as can reach it.

Usually that is the stack's own folder. When root works in a folder that others cannot enter, PostgreSQL's
user gets a private folder outside, named by the stack's path and remembered in the stack.
"""

import hashlib
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from common.runtime.errors import OperatorError
from common.runtime.files import read_json, write_json
from common.runtime.identity import Account
from common.runtime.postgres_programs import Programs

_RECORD: Final = "postgres.json"
# Both outlive a reboot. A folder found there is used only if its owner is right.
_OUTSIDE: Final = (Path("/var/lib"), Path("/var/tmp"))  # noqa: S108  # nosec B108 - folders to be asked for, not written to


@dataclass(frozen=True)
class PostgresHome:
    """The folder of one stack's PostgreSQL; ``account`` is who runs it when that is somebody else."""

    root: Path
    account: Account | None

    def data(self) -> Path:
        """The data folder, made at the first call and found again afterwards.

        Raises:
            OperatorError: It was there once and is gone, or no place can be reached by its user.
        """
        record = read_json(self.root / _RECORD)
        if record:
            data = Path(record["outside"] or self._inside()) / "data"
            if not data.is_dir():
                raise OperatorError(
                    f"The database's folder {data} has gone: restore it from a backup, or begin anew with "
                    "`make reset`."
                )
            return data
        home, outside = self._inside(), None
        self._own(home)
        if self.account and not self.account.may_enter(home):
            home.rmdir()
            home = outside = self._make_outside(self.account)
        self._own(home / "data")
        write_json(self.root / _RECORD, {"outside": str(outside) if outside else None})
        return home / "data"

    def remove(self) -> None:
        """Removes everything; the server must be down."""
        outside = read_json(self.root / _RECORD).get("outside")
        for folder in (outside, self._inside()):
            if folder:
                shutil.rmtree(folder, ignore_errors=True)
        (self.root / _RECORD).unlink(missing_ok=True)

    def reachable(self, programs: Programs, home: Path) -> Programs:
        """The programs, copied into ``home`` when the database user cannot run them where they are."""
        if not self.account or self.account.may_run(programs.folder / "postgres"):
            return programs
        copy = home / f"programs-{programs.version}"
        if not copy.is_dir():
            draft = home / "programs-draft"
            shutil.rmtree(draft, ignore_errors=True)
            shutil.copytree(programs.folder.parent, draft, symlinks=True)
            draft.rename(copy)
        if not self.account.may_run(copy / programs.folder.name / "postgres"):
            raise OperatorError(
                f"User {self.account.name} can run PostgreSQL neither in {programs.folder} nor from a "
                f"copy in {copy}: run the command as an ordinary user."
            )
        return Programs(copy / programs.folder.name, programs.version)

    def _inside(self) -> Path:
        return self.root / "postgres"

    def _own(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)

    def _make_outside(self, account: Account) -> Path:
        name = f"hrms-{hashlib.sha256(str(self.root).encode()).hexdigest()[:16]}"
        for parent in _OUTSIDE:
            folder = parent / name
            try:
                _remove_leftover(folder, account)
                folder.mkdir(mode=0o700)
            except OSError:
                continue
            self._own(folder)
            if account.may_enter(folder):
                return folder
            folder.rmdir()
        raise OperatorError(
            f"User {account.name}, who runs PostgreSQL, can enter neither {self.root} nor "
            f"{' nor '.join(map(str, _OUTSIDE))}: run the command as an ordinary user."
        )


def _remove_leftover(folder: Path, account: Account) -> None:
    """Removes what a stack left whose own folder was deleted by hand: its passwords went with that folder."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, account.uid):
        raise OperatorError(f"{folder} belongs to somebody else: remove it and run the command again.")
    shutil.rmtree(folder)
