"""What is to be done about each row of a batch: pure decisions, from the mapper's outcome and what is known.

A company belongs to the old side until it is handed over, and from then on to the new side. A thing that is as
the import wrote it follows its row. Where both sides changed it, or people took it away here, the owner wins;
the row is listed in any case. Changed rows of a company that was handed over are left behind, and listed.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from common.legacy.choices import ConflictKind, QuarantineReason, RowOutcome
from common.legacy.content import shown_id
from common.legacy.ledger import BROUGHT_BY_NONE, CORRECTED, LedgerRow, State, ghost_of
from common.legacy.mapper import Imported, Merged, Outcome, Quarantined, Skipped
from common.legacy.plan import Tally
from common.legacy.reader import Row

LEFT_BEHIND: Final = "the company was handed over, and the row came to the old application later"


@dataclass(slots=True)
class Seen:
    """A row of a batch: where it is, what the ledger knows of it, and what the mapper makes of it."""

    place: int
    row: Row
    key: str
    hash: int
    known: LedgerRow | None
    outcome: Outcome[Any] = field(default_factory=lambda: Skipped(""))


@dataclass
class Conflict:
    """Something decided where both sides have their say."""

    key: str
    kind: ConflictKind
    target_id: UUID | None
    company_id: UUID | None
    detail: str = ""


@dataclass
class Decisions:
    """What a batch is to do. ``left`` keys are no longer set aside, ``came`` of them came over as these things."""

    write: dict[UUID, tuple[Seen, Imported[Any]]] = field(default_factory=dict)
    change: dict[UUID, tuple[Seen, Imported[Any], LedgerRow]] = field(default_factory=dict)
    entries: dict[str, LedgerRow] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    set_aside: list[tuple[Seen, Quarantined]] = field(default_factory=list)
    doubtful: list[tuple[Seen, Quarantined, LedgerRow]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    came: dict[str, UUID] = field(default_factory=dict)


def is_settled(seen: Seen, known: LedgerRow, handed_over: Collection[UUID]) -> bool:
    """Whether nothing can have changed for a row since the ledger last said what became of it."""
    if known.source_hash != seen.hash or known.outcome == RowOutcome.KEPT:
        return False
    if known.reason == LEFT_BEHIND:
        return known.company_id in handed_over
    # What the service refused may find its place now.
    return known.reason != QuarantineReason.REFUSED


class Decider:
    """Decides about the rows of one batch, in their order, and counts what became of them."""

    def __init__(
        self,
        run_id: UUID,
        *,
        incremental: bool,
        shared: bool,
        here: Mapping[UUID, State],
        handed_over: Collection[UUID],
        tally: Tally,
    ) -> None:
        self._run_id = run_id
        self._incremental = incremental
        self._shared = shared
        self._here = here
        self._handed_over = handed_over
        self._tally = tally
        self.made = Decisions()

    def before(self, thing: UUID) -> State | None:
        """How a thing was here before this batch."""
        return self._here.get(thing)

    def settled(self, seen: Seen, known: LedgerRow) -> None:
        """Count a row that is as it was."""
        match known.outcome:
            case RowOutcome.MERGED:
                self._tally.merged += 1
            case RowOutcome.QUARANTINED:
                self._tally.quarantine(known.reason, seen.key)
            case RowOutcome.SKIPPED:
                self._tally.skip(known.reason)
                if known.reason == LEFT_BEHIND:
                    self._conflict(seen, ConflictKind.LEFT_BEHIND, known)
            case _:
                self._tally.unchanged += 1

    def decide(self, seen: Seen) -> None:
        """Decide about a row that is new or changed, or anew about any."""
        match seen.outcome:
            case Imported() as item:
                self._imported(seen, item)
            case Quarantined() as why:
                self._quarantined(seen, why)
            case Merged() as merged:
                self._no_thing(seen, RowOutcome.MERGED, merged.into, merged.company_id)
            case Skipped() as skipped:
                self._no_thing(seen, RowOutcome.SKIPPED, None, None, skipped.rule)

    def _imported(self, seen: Seen, item: Imported[Any]) -> None:
        known, there = seen.known, self._here.get(item.id)
        if known is not None and known.has_thing and known.target_id == item.id:
            self._own(seen, item, known, there)
        elif item.id in self.made.write or item.id in self.made.change:
            self._merge(seen, item)
        elif item.company_id in self._handed_over:
            self._left_behind(seen, item)
        elif there is None:
            self._leave_thing(seen)
            self.made.write[item.id] = (seen, item)
        elif self._shared or (known is not None and known.outcome == RowOutcome.MERGED):
            self._merge(seen, item)
        else:
            self._leave_thing(seen)
            self._tally.unchanged += 1
            self._enter(seen, RowOutcome.IMPORTED, item.id, item.company_id, run_id=BROUGHT_BY_NONE)

    def _own(self, seen: Seen, item: Imported[Any], known: LedgerRow, there: State | None) -> None:
        """A row whose own thing was here before."""
        if self._is_handed_over(known, item.company_id, there):
            self._tally.unchanged += 1
            if self._incremental:
                self._conflict(seen, ConflictKind.LEFT_BEHIND, known)
        elif self._incremental and seen.hash == known.source_hash and not _as_written(known, there):
            # Only the rules are new, and what people do here outlives them.
            self._tally.unchanged += 1
        elif there is None:
            self.made.write[item.id] = (seen, item)
            if self._incremental:
                self._conflict(seen, ConflictKind.OLD_SIDE_WON, known)
        elif self._incremental:
            if not _as_written(known, there):
                self._conflict(seen, ConflictKind.OLD_SIDE_WON, known)
            self.made.change[item.id] = (seen, item, known)
        else:
            self._tally.unchanged += 1
            if known.outcome != RowOutcome.IMPORTED:
                # Its content comes over with the next incremental run, since the old hash stays.
                self._put(known._replace(outcome=RowOutcome.IMPORTED, reason=""))
                self._release(seen, item.id)

    def _merge(self, seen: Seen, item: Imported[Any]) -> None:
        self._leave_thing(seen)
        self._tally.merged += 1
        self._enter(seen, RowOutcome.MERGED, item.id, item.company_id)

    def _left_behind(self, seen: Seen, item: Imported[Any]) -> None:
        if seen.known is not None and seen.known.has_thing:
            self._tally.unchanged += 1
            self._conflict(seen, ConflictKind.LEFT_BEHIND, seen.known)
            return
        self._tally.skip(LEFT_BEHIND)
        self._enter(seen, RowOutcome.SKIPPED, None, item.company_id, reason=LEFT_BEHIND)
        self.made.conflicts.append(Conflict(seen.key, ConflictKind.LEFT_BEHIND, item.id, item.company_id))

    def _no_thing(
        self, seen: Seen, outcome: RowOutcome, into: UUID | None, company_id: UUID | None, rule: str = ""
    ) -> None:
        """A row that makes nothing of its own, or no longer."""
        known = seen.known
        if known is not None and known.has_thing and self._is_handed_over(known, company_id, None):
            self._tally.unchanged += 1
            if self._incremental:
                self._conflict(seen, ConflictKind.LEFT_BEHIND, known)
            return
        if known is not None and known.reason == CORRECTED and outcome == RowOutcome.SKIPPED:
            # What it became came of a correction elsewhere, which the file does not have.
            self._put(known._replace(source_hash=seen.hash))
            if known.outcome == RowOutcome.MERGED:
                self._tally.merged += 1
            else:
                self._tally.unchanged += 1
            return
        if known is None or known.target_id != into:
            self._leave_thing(seen)
        if outcome == RowOutcome.MERGED:
            self._tally.merged += 1
        else:
            self._tally.skip(rule)
        self._enter(seen, outcome, into, company_id, reason=rule)

    def _quarantined(self, seen: Seen, why: Quarantined) -> None:
        known = seen.known
        if known is None or not known.has_thing or known.target_id not in self._here:
            self.set_aside(seen, why)
        elif self._is_handed_over(known, why.company_id, None):
            self._tally.unchanged += 1
            if self._incremental:
                self._conflict(seen, ConflictKind.LEFT_BEHIND, known)
        else:
            self.made.doubtful.append((seen, why, known))

    def settle_doubtful(self, corrected: Collection[str]) -> None:
        """Rows whose things are here, and which cannot be carried any more as they are in the file.

        The thing stays as it was. When somebody ``corrected`` the very row (its key) here, all is well.
        """
        for seen, why, known in self.made.doubtful:
            if known.outcome == RowOutcome.IMPORTED and seen.key in corrected:
                self._tally.unchanged += 1
                self._put(known._replace(source_hash=seen.hash))
            else:
                self.stays_as_it_was(seen, why, known)

    def stays_as_it_was(self, seen: Seen, why: Quarantined, known: LedgerRow) -> None:
        """A row is set aside whose thing is here."""
        if self._incremental:
            self._conflict(seen, ConflictKind.SET_ASIDE, known)
        self.set_aside(seen, why, known)

    def set_aside(self, seen: Seen, why: Quarantined, known: LedgerRow | None = None) -> None:
        """Set a row aside; ``known`` is its entry when its thing is here and stays."""
        if seen.known is not None and seen.known.outcome == RowOutcome.QUARANTINED:
            self.made.left.append(seen.key)
        self.made.set_aside.append((seen, why))
        self._tally.quarantine(why.reason, shown_id(seen.row))
        if known is None:
            self._enter(seen, RowOutcome.QUARANTINED, None, why.company_id, reason=why.reason)
        else:
            self._put(
                known._replace(outcome=RowOutcome.QUARANTINED, reason=why.reason, source_hash=seen.hash)
            )

    def wrote(self, seen: Seen, item: Imported[Any]) -> None:
        """The thing of a row is here now."""
        self._tally.imported += 1
        self._enter(seen, RowOutcome.IMPORTED, item.id, item.company_id, written=True)
        self._release(seen, item.id)

    def changed(self, seen: Seen, item: Imported[Any], known: LedgerRow) -> None:
        """The thing of a row is as the row says now."""
        self._tally.unchanged += 1
        self._enter(seen, RowOutcome.IMPORTED, item.id, item.company_id, written=True, run_id=known.run_id)
        self._release(seen, item.id)

    def _leave_thing(self, seen: Seen) -> None:
        """A row that becomes something else leaves what it was before to be taken away."""
        if seen.known is not None and seen.known.has_thing:
            self._put(ghost_of(seen.known))

    def _release(self, seen: Seen, target_id: UUID) -> None:
        if seen.known is not None and seen.known.outcome == RowOutcome.QUARANTINED:
            self.made.came[seen.key] = target_id

    def _enter(
        self,
        seen: Seen,
        outcome: RowOutcome,
        target_id: UUID | None,
        company_id: UUID | None,
        *,
        reason: str = "",
        run_id: UUID | None = None,
        written: bool = False,
    ) -> None:
        known = seen.known
        if known is not None and known.outcome == RowOutcome.QUARANTINED and outcome in {
            RowOutcome.MERGED, RowOutcome.SKIPPED
        }:  # fmt: skip
            self.made.left.append(seen.key)
        if (
            known is not None
            and outcome != RowOutcome.IMPORTED
            and known.target_id == target_id
            and known.outcome == outcome
        ):
            # Nothing new about it: it goes with the run that met it first.
            run_id = known.run_id
        by = run_id or self._run_id
        self._put(LedgerRow(seen.key, outcome, reason, target_id, company_id, by, seen.hash, None, written))

    def _put(self, entry: LedgerRow) -> None:
        self.made.entries[entry.key] = entry

    def _conflict(self, seen: Seen, kind: ConflictKind, known: LedgerRow) -> None:
        self.made.conflicts.append(Conflict(seen.key, kind, known.target_id, known.company_id))

    def _is_handed_over(self, known: LedgerRow, company_id: UUID | None, there: State | None) -> bool:
        companies = {known.company_id, company_id, there.company_id if there else None} - {None}
        return not companies.isdisjoint(self._handed_over)


def _as_written(known: LedgerRow, there: State | None) -> bool:
    """Whether a thing is as the import last wrote it."""
    return there is not None and there.hash == known.state_hash
