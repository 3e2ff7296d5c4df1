"""The account of a comparison: tables of text for a terminal, JSON for programs and for the paper."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from common.legacy.choices import RowOutcome
from common.legacy.compared import UNEXPLAINED, Standing
from common.legacy.reader import SourceShape
from common.legacy.verify import EntryCheck

# Standings that are neither equal nor counted with the outcomes.
_TOLD = (Standing.PEOPLE, Standing.TAKEN_AWAY, Standing.LEFT_BEHIND, *UNEXPLAINED)


@dataclass(frozen=True)
class VerifyReport:
    """Everything that one service's comparison found; ``companies`` are the companies' names by their ids."""

    service: str
    run: str
    source: str
    fingerprint: str
    shape: SourceShape
    checks: Sequence[EntryCheck]
    companies: Mapping[UUID, str]
    rules: Sequence[str]
    references_skipped: bool

    @property
    def ok(self) -> bool:
        """Whether both sides are equal, but for what is explained."""
        return not any(check.differences for check in self.checks)

    @property
    def changed_by_people(self) -> int:
        """The things that people have changed or taken away since the import."""
        return sum(
            check.comparison.standings[standing]
            for check in self.checks
            for standing in (Standing.PEOPLE, Standing.TAKEN_AWAY)
        )

    def as_json(self) -> dict[str, Any]:
        """The report as a JSON object."""
        return {
            "command": "verify",
            "service": self.service,
            "run": self.run,
            "source": self.source,
            "fingerprint": self.fingerprint,
            "ok": self.ok,
            "differences": sum(check.differences for check in self.checks),
            "changed_by_people": self.changed_by_people,
            "references_skipped": self.references_skipped,
            "file": asdict(self.shape),
            "entries": {check.name: self._entry(check) for check in self.checks},
            "rules": list(self.rules),
            "sentence": self.sentence(),
        }

    def as_text(self) -> str:
        """The report for a terminal, without the last sentence."""
        return "\n".join(line for check in self.checks for line in self._lines(check))

    def sentence(self) -> str:
        """The result in one sentence."""
        rows = sum(check.source_rows for check in self.checks)
        if not self.ok:
            differences = sum(check.differences for check in self.checks)
            return (
                f"NOT EQUAL: the {self.service} service has {differences} difference{'' if differences == 1 else 's'}"
                f" without an explanation in {rows} rows."
            )
        people = self.changed_by_people
        since = f", but for {people} things that people have changed since" if people else ""
        return f"EQUAL: the {self.service} service accounts for all {rows} rows and has what the file says{since}."

    def _entry(self, check: EntryCheck) -> dict[str, Any]:
        comparison = check.comparison
        explained, unexplained = _told(check)
        return {
            "from": check.table,
            "source_rows": check.source_rows,
            "accounted": check.outcomes.ledger.total(),
            "outcomes": check.outcomes.as_json(),
            "standings": dict(comparison.standings),
            "explained": dict(explained),
            "unexplained": dict(unexplained),
            "columns": {name: column.as_json() for name, column in comparison.columns.items()},
            "money": [
                {
                    "column": column,
                    "company_id": str(company_id) if company_id else None,
                    "company": self.companies.get(company_id, str(company_id)) if company_id else "",
                    "file": str(sums.file),
                    "here": str(sums.here),
                    "changed_by_people": str(sums.here_people - sums.file_people),
                    "unexplained": str(sums.unexplained),
                }
                for (column, company_id), sums in sorted(
                    comparison.money.items(), key=lambda item: (item[0][0], str(item[0][1]))
                )
            ],
            "examples": [asdict(example) for example in comparison.examples],
            "quarantine": check.quarantine.as_json(),
            "references": [asdict(reference) for reference in check.references],
            "differences": check.differences,
        }

    def _lines(self, check: EntryCheck) -> Iterator[str]:
        ledger = check.outcomes.ledger
        counts = ", ".join(f"{ledger[outcome]} {outcome}" for outcome in RowOutcome.values)
        yield f"{check.table} as {check.name}: {check.source_rows} rows in the file; the ledger has {counts}"
        explained, unexplained = _told(check)
        for what, count in explained.items():
            yield f"  explained: {what} {count}"
        for what, count in unexplained.items():
            examples = ", ".join(check.outcomes.examples.get(what, []))
            yield f"  NOT EXPLAINED: {what} {count}" + (f" ({examples})" if examples else "")
        compared = max((column.compared for column in check.comparison.columns.values()), default=0)
        yield f"  {compared} things compared in {len(check.comparison.columns)} columns"
        for name, column in check.comparison.columns.items():
            if not column.equal:
                yield f"  DIFFERENT: {name} in {column.differing} things"
        for example in check.comparison.examples:
            shown = f": {example.file!r} in the file, {example.here!r} here" if example.column else ""
            yield f"    {example.key} ({example.id}) {example.standing} {example.column}{shown}"
        for (money, company_id), sums in check.comparison.money.items():
            if sums.unexplained:
                company = self.companies.get(company_id, str(company_id)) if company_id else "no company"
                yield f"  DIFFERENT SUM: {money} of {company}: {sums.file} in the file, {sums.here} here"
        yield from _quarantine_lines(check)
        for reference in check.references:
            if reference.unresolved:
                yield (
                    f"  UNKNOWN HERE: {reference.unresolved} of {reference.ids} ids of the {reference.kind} in"
                    f" {reference.column} ({', '.join(reference.examples)})"
                )


def _quarantine_lines(check: EntryCheck) -> Iterator[str]:
    for reason, count in sorted(check.quarantine.reasons.items()):
        yield f"  set aside: {reason} {count}"
    if check.quarantine.unexplained:
        yield f"  SET ASIDE WITHOUT A REASON: {check.quarantine.unexplained}"


def _told(check: EntryCheck) -> tuple[Counter[str], Counter[str]]:
    """What is explained and what is not, of outcomes and of what stands here."""
    explained, unexplained = Counter(check.outcomes.explained), Counter(check.outcomes.unexplained)
    for standing in _TOLD:
        if count := check.comparison.standings[standing]:
            (unexplained if standing in UNEXPLAINED else explained)[standing] += count
    return explained, unexplained
