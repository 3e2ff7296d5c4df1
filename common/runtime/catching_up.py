"""Waiting until what some services have just told has reached the others."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from common.runtime.blueprint import Blueprint
from common.runtime.databases import Databases
from common.runtime.layout import SERVICES
from common.runtime.quiet import NotQuietError, wait_until
from common.runtime.state import read_state

PATIENCE: Final = 900.0


def wait_caught_up(root: Path, producers: Sequence[str], patience: float = PATIENCE) -> str:
    """Waits until every subscriber has applied all that the producers' logs hold now.

    Returns what is still missing when ``patience`` seconds are over; empty for nothing, and when there is
    nobody to wait for, because no service runs beside the databases.
    """
    if not _services_run(root):
        return ""
    with Databases(Blueprint(root)) as databases:
        marks = {name: _last_event(databases, name) for name in producers}

        def missing() -> str:
            return next(filter(None, (_behind(databases, name, last) for name, last in marks.items())), "")

        try:
            wait_until(missing, patience)
        except NotQuietError as error:
            return str(error)
    return ""


def _services_run(root: Path) -> bool:
    state = read_state(root)
    alive = {entry.name for entry in state.entries if entry.alive()} if state else set()
    return all(f"{name}-relay" in alive for name in SERVICES)


def _last_event(databases: Databases, producer: str) -> int:
    return int(databases.value(producer, "SELECT coalesce(max(id), 0) FROM event_log"))


def _behind(databases: Databases, producer: str, last: int) -> str:
    if databases.value(
        producer, "SELECT count(*) FROM event_log WHERE id <= %s AND position IS NULL", [last]
    ):
        return f"events of {producer} have no position yet"
    wanted = databases.value(
        producer, "SELECT coalesce(max(position), 0) FROM event_log WHERE id <= %s", [last]
    )
    for consumer in SERVICES:
        query = "SELECT position FROM feed_cursors WHERE producer = %s AND position < %s"
        for (position,) in databases.rows(consumer, query, [producer, wanted]):
            return f"{consumer} has applied {position} of {wanted} events of {producer}"
    return ""
