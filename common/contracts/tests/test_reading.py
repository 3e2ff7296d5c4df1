"""Reading messages in many threads at once, which msgspec alone does not survive."""

import subprocess
import sys

import pytest

FIRST_READS_AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
from uuid import UUID
import msgspec
from common.contracts.base import from_wire

class Part(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    other: UUID | None
    tags: list[str] = []

class Whole(msgspec.Struct, frozen=True, kw_only=True):
    parts: list[Part]
    number: int
    owner: UUID

together = threading.Barrier(8)
part = {"id": str(UUID(int=1)), "name": "a", "other": None}

def read():
    together.wait()
    for _ in range(20):
        from_wire(Whole, {"parts": [part], "number": 1, "owner": str(UUID(int=2))})
        from_wire(Part, part)

threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("turn", range(5))
def test_the_first_reads_of_a_message_may_happen_at_once(turn: int) -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_READS_AT_ONCE], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr
