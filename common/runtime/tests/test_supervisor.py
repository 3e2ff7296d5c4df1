import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from common.runtime import process_table
from common.runtime.layout import ROOT
from common.runtime.logs import log_path
from common.runtime.managed import Spec
from common.runtime.process_table import STACK_MARK
from common.runtime.state import Entry, State, read_state, sweep, write_state
from common.runtime.supervisor import Supervisor

Eventually = Callable[[Callable[[], object]], None]

SLEEPER = "import time; time.sleep(600)"
# Ends only when killed, as does its child, which has no other reason to end.
FAMILY = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
SUPERVISE = f"""
import sys, time
from pathlib import Path
from common.runtime.managed import Spec
from common.runtime.supervisor import Supervisor
supervisor = Supervisor(Path(sys.argv[1]), print)
supervisor.start()
supervisor.add(Spec("family", (sys.executable, "-c", {FAMILY!r}), {{}}))
print("started", flush=True)
time.sleep(600)
"""


def spec(name: str, program: str = SLEEPER, phase: int = 0, grace: float = 5.0) -> Spec:
    return Spec(name, (sys.executable, "-c", program), {}, phase=phase, grace=grace)


def logged(root: Path, name: str) -> list[str]:
    log = log_path(root, name)
    return log.read_text().split() if log.exists() else []


def test_a_killed_process_is_back_within_a_second(supervisor: Supervisor) -> None:
    process = supervisor.add(spec("worker"))
    first = process.pid
    began = time.monotonic()
    process.kill9()
    process.wait_restarted(after=0)
    assert time.monotonic() - began < 1.0
    assert process.pid != first
    assert process.restart_count == 1


def test_a_process_that_is_killed_again_and_again_comes_back_at_once_each_time(
    supervisor: Supervisor,
) -> None:
    process = supervisor.add(spec("worker"))
    for count in range(6):
        began = time.monotonic()
        process.kill9()
        process.wait_restarted(after=count)
        assert time.monotonic() - began < 1.0


def test_a_crash_loop_slows_down_and_is_said(
    supervisor: Supervisor, said: list[str], eventually: Eventually
) -> None:
    process = supervisor.add(spec("broken", "raise SystemExit(3)"))
    eventually(lambda: process.crash_looping)
    assert "broken ended with exit code 3; starting it again at once" in said[0]
    assert "starting it again in 0.5 s" in said[1]
    assert "starting it again in 1 s" in said[2]


def test_a_program_that_does_not_exist_is_said(
    supervisor: Supervisor, said: list[str], eventually: Eventually
) -> None:
    supervisor.add(Spec("ghost", ("/no/such/program",), {}))
    eventually(lambda: said)
    assert "ghost" in said[0]


def test_what_a_dead_leader_leaves_behind_is_killed(
    supervisor: Supervisor, tmp_path: Path, eventually: Eventually
) -> None:
    leader = supervisor.add(spec("family", FAMILY))
    eventually(lambda: logged(tmp_path, "family"))
    child = int(logged(tmp_path, "family")[0])
    assert leader.pid is not None
    os.kill(leader.pid, signal.SIGKILL)
    leader.wait_restarted(after=0)
    eventually(lambda: process_table.find(child) is None)


def test_stopping_ends_the_phases_in_order_and_leaves_nothing(tmp_path: Path) -> None:
    program = (
        "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(print(time.time())))\n"
    )
    program += "print('ready', flush=True)\ntime.sleep(600)"
    supervisor = Supervisor(tmp_path, print)
    supervisor.start()
    for phase, name in enumerate(("database", "worker", "web")):
        supervisor.add(spec(name, program, phase=2 - phase))
    while not all(logged(tmp_path, name) for name in ("web", "worker", "database")):
        time.sleep(0.01)
    supervisor.stop()
    web, worker, database = (float(logged(tmp_path, name)[1]) for name in ("web", "worker", "database"))
    assert web < worker < database
    assert process_table.of_stack(tmp_path) == []
    assert read_state(tmp_path) is None


def test_a_process_that_will_not_end_is_killed_with_its_children_when_its_time_is_up(
    supervisor: Supervisor, tmp_path: Path, eventually: Eventually
) -> None:
    supervisor.add(spec("family", FAMILY, grace=0.2))
    eventually(lambda: logged(tmp_path, "family"))
    child = int(logged(tmp_path, "family")[0])
    supervisor.stop()
    assert process_table.find(child) is None


def test_a_stopped_process_stays_down_until_it_is_started(supervisor: Supervisor) -> None:
    process = supervisor.add(spec("redis"))
    process.stop()
    assert process.pid is None
    time.sleep(0.2)
    assert process.pid is None
    process.start()
    assert process.pid is not None


def test_a_frozen_process_goes_on_when_it_is_resumed(supervisor: Supervisor, tmp_path: Path) -> None:
    program = "import time\nwhile True: print('tick', flush=True); time.sleep(0.01)"
    process = supervisor.add(spec("ticker", program))
    while not logged(tmp_path, "ticker"):
        time.sleep(0.01)
    process.pause()
    time.sleep(0.1)
    frozen = len(logged(tmp_path, "ticker"))
    time.sleep(0.2)
    assert len(logged(tmp_path, "ticker")) == frozen
    process.resume()
    while len(logged(tmp_path, "ticker")) == frozen:
        time.sleep(0.01)


def test_a_supervisor_that_is_killed_leaves_no_process(tmp_path: Path, eventually: Eventually) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISE, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as supervisor:
        assert supervisor.stdout
        assert supervisor.stdout.readline() == "started\n"
        eventually(lambda: logged(tmp_path, "family"))
        assert len(process_table.of_stack(tmp_path)) == 2
        supervisor.kill()
    eventually(lambda: not process_table.of_stack(tmp_path))
    eventually(lambda: read_state(tmp_path) is None)


def test_cleaning_up_never_touches_a_process_that_only_has_the_same_number(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", SLEEPER]) as stranger:
        entry = Entry("web", stranger.pid, "the start of another process", 0.0, 0, signal.SIGKILL)
        write_state(tmp_path, State(stranger.pid, "another start", ready=True, entries=[entry]))
        assert sweep(tmp_path) == []
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux shows another process's environment"
)
def test_cleaning_up_finds_processes_that_nobody_wrote_down(tmp_path: Path) -> None:
    environment = {**os.environ, STACK_MARK: str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", SLEEPER], env=environment) as orphan:
        assert process_table.of_stack(tmp_path) == [orphan.pid]
        assert sweep(tmp_path) == []
        assert orphan.wait() == -signal.SIGKILL
