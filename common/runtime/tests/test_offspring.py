"""Commands run by forks: as if a process had been started for each."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from common.runtime.layout import ROOT
from common.runtime.legacy import FILLED

_PROGRAM = """
import os, sys
from pathlib import Path
from common.runtime.offspring import fork_many

held = open(sys.argv[1] + "/held", "w")
idle = fork_many(2)
os.environ["ONLY_OURS"] = "secret"
one = idle.pop()
env = {name: value for name, value in os.environ.items() if name != "ONLY_OURS"}
one.begin("employee", ["shell", "--no-imports", "-c", sys.argv[2]], env=env, output=Path(sys.argv[1], "said"))
print("".join(one.complaints()), end="")
print(one.wait(), idle[0].wait())
"""


def run(folder: Path, command: str) -> tuple[str, str]:
    """What a fork's ``manage.py shell -c command`` complains of with the codes, and what it says."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, str(folder), command],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout, (folder / "said").read_text()


def test_it_says_what_it_has_to_say_in_its_file_and_complains_to_whoever_began_it(tmp_path: Path) -> None:
    complained, said = run(
        tmp_path,
        "import sys; from django.conf import settings; print(settings.SERVICE.name); sys.exit('a complaint')",
    )
    assert said == "employee\n"
    assert complained == "a complaint\n1 0\n"


def test_it_has_the_environment_that_it_is_given_and_nothing_that_its_parent_has_open(tmp_path: Path) -> None:
    complained, said = run(
        tmp_path,
        "import os; fds = [f'/proc/self/fd/{n}' for n in range(64)];"
        " held = [fd for fd in fds if os.path.exists(fd) and os.readlink(fd).endswith('/held')];"
        " print('ONLY_OURS' in os.environ, held)",
    )
    assert said == "False []\n"
    assert complained == "0 0\n"


@pytest.mark.parametrize(
    ("command", "code"), [("import os; os._exit(2)", 2), ("import os; os.kill(os.getpid(), 9)", -9)]
)
def test_its_end_is_known_however_it_came(tmp_path: Path, command: str, code: int) -> None:
    assert run(tmp_path, command)[0] == f"{code} 0\n"


def test_every_service_that_takes_something_from_the_old_file_is_asked_to() -> None:
    taking = {
        settings.parent.name.removesuffix("_service")
        for settings in ROOT.glob("*_service/settings.py")
        if "legacy=" in settings.read_text(encoding="utf-8")
    }
    assert set(FILLED) == taking
