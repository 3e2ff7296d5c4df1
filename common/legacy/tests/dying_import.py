"""An import that kills itself: ``dying_import.py FILE MOMENT ROW``.

Moments: mapping (the row is being mapped), written (a batch is written and not committed, after the row was
mapped), committed (the row's batch is committed), finished (the whole run is).
"""

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path


def main(source: Path, moment: str, doomed: int) -> None:
    """Import ``source`` and die at the moment given for the row ``doomed``."""
    import django

    django.setup()

    from common.legacy.facts import Facts
    from common.legacy.importer import Options, import_file
    from common.legacy.mapper import Imported, Outcome
    from common.legacy.old_employees import OldEmployee
    from common.legacy.plan import Plan, Written
    from common.legacy.reader import Row, open_legacy
    from common.legacy.tests import test_importer

    last_mapped = -1

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def plan(facts: Facts) -> Plan:
        (table,) = test_importer.plan(facts)

        def mapped(row: Row, place: int) -> Outcome[OldEmployee]:
            nonlocal last_mapped
            last_mapped = place
            if moment == "mapping" and place == doomed:
                die()
            return table.map(row, place)

        def write(items: Sequence[Imported[OldEmployee]]) -> Written:
            written = table.write(items)
            if moment == "written" and last_mapped >= doomed:
                die()
            return written

        return [replace(table, map=mapped, write=write)]

    def progress(table: str, done: int, _rows: int) -> None:
        if table == "people" and moment == "committed" and done >= doomed:
            die()

    with open_legacy(source) as file:
        import_file(file, plan, Options(name="doomed", batch_size=4), progress)
    die()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
