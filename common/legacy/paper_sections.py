"""The parts that a run's paper is made of."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.legacy.choices import QuarantineReason
from common.legacy.labels import table_label
from common.legacy.summary import Json, Summary, entries_of

Entry = tuple[str, str, Json]
SERVICES: Final[Mapping[str, str | Promise]] = {
    "auth": gettext_lazy("Accounts"),
    "company": gettext_lazy("Companies"),
    "employee": gettext_lazy("Employees"),
    "document": gettext_lazy("Documents"),
    "notification": gettext_lazy("Notices"),
    "analytics": gettext_lazy("Reports"),
}
_MOST_ROWS: Final = 500


@dataclass(frozen=True)
class Section:
    """One part of the paper. Cells that are numbers are written with separators and set to the end."""

    title: str
    text: str = ""
    head: Sequence[str] = ()
    rows: Sequence[Sequence[Any]] = ()

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        """The rows as text, each cell with whether it is a number; the first 500 of them."""
        return [[_cell(cell) for cell in row] for row in self.rows[:_MOST_ROWS]]

    @property
    def left_out(self) -> int:
        """The rows that are only in the JSON."""
        return max(0, len(self.rows) - _MOST_ROWS)


def entries_told(summary: Summary) -> Iterator[Entry]:
    """Each thing of each service with their names in the reader's language, and what the report says of it."""
    for service, report in summary.services.items():
        for name, entry in entries_of(report).items():
            yield str(SERVICES[service]), table_label(name), entry


def reasons_told(summary: Summary, reasons_of: Callable[[Json], Mapping[str, int]]) -> Iterator[Section]:
    """Why rows were set aside, if any were; ``reasons_of`` finds the counts by reason in an entry."""
    rows = [
        [service, name, str(QuarantineReason(reason).label), count]
        for service, name, entry in entries_told(summary)
        for reason, count in sorted(reasons_of(entry).items())
    ]
    if rows:
        yield Section(
            _("Rows set aside"),
            _("Each is kept with its full content and its reason; HR can correct it and bring it in."),
            [_("service"), _("what"), _("reason"), _("rows")],
            rows,
        )


def _cell(cell: Any) -> tuple[str, bool]:
    if isinstance(cell, bool):
        return ("✓" if cell else "✗", False)
    if isinstance(cell, int):
        return (f"{cell:,}", True)
    if isinstance(cell, Decimal):
        return (f"{cell:,.3f}", True)
    return (str(cell), False)
