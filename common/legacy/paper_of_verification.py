"""The paper of a verification: what was counted and compared, and what explains each difference."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.legacy.choices import Problem
from common.legacy.labels import column_label
from common.legacy.paper_sections import Entry, Section, entries_told, reasons_told
from common.legacy.summary import Summary

_EXPLAINED: Final[Mapping[str, str | Promise]] = {
    "left_behind": gettext_lazy("changed on the old side after the company was handed over"),
    "refused": gettext_lazy("refused by the service and set aside with the reason"),
    "corrected": gettext_lazy("set aside first, then corrected by HR and brought in"),
    "kept_here": gettext_lazy("gone from the file, kept here because people work with it"),
    "stays_as_it_was": gettext_lazy("cannot be read in the file any more, stays here as it was"),
    "people": gettext_lazy("changed here by people since"),
    "taken_away": gettext_lazy("taken away here by people since"),
    "new": gettext_lazy("in the file, and not brought in yet"),
    "gone": gettext_lazy("brought in, and gone from the file since"),
    "file_changed": gettext_lazy("changed in the file since it was brought in"),
    "missing": gettext_lazy("brought in, and missing here"),
}


def sections_of_verification(summary: Summary) -> Iterator[Section]:
    """Counts, money, reasons, differences, references and columns."""
    entries = list(entries_told(summary))
    keys = ("imported", "merged", "quarantined", "skipped")
    yield Section(
        _("Rows"),
        _("Counted anew from the file, and as the import's ledger has them."),
        [
            _("service"), _("what"), _("rows in the file"), _("imported"), _("merged"), _("set aside"),
            _("skipped"), _("sum of the ledger"), _("agrees"),
        ],
        [
            [
                service, name, entry["source_rows"],
                *(entry["outcomes"]["ledger"].get(key, 0) for key in keys),
                sum(entry["outcomes"]["ledger"].values()), not entry["outcomes"]["unexplained"],
            ]
            for service, name, entry in entries
        ],
    )  # fmt: skip
    yield from _money(entries)
    yield from reasons_told(summary, lambda entry: entry["quarantine"]["reasons"])
    yield from _decided(entries)
    yield _explained(_("Explained"), entries, "explained")
    yield _explained(_("Without an explanation"), entries, "unexplained")
    yield from _differences(entries)
    yield from _references(entries)
    yield Section(
        _("Columns"),
        _("Every value of every row was compared; the checksums are of all values of a column on both sides."),
        [_("service"), _("what"), _("column"), _("compared"), _("different"), _("changed by people"),
         _("checksum of the file"), _("checksum here")],
        [
            [service, name, column_label(column), check["compared"], check["differing"],
             check["changed_by_people"], check["checksum_file"], check["checksum_here"]]
            for service, name, entry in entries
            for column, check in entry["columns"].items()
        ],
    )  # fmt: skip


def _money(entries: Sequence[Entry]) -> Iterator[Section]:
    rows = [
        [name, column_label(sums["column"]), sums["company"], Decimal(sums["file"]), Decimal(sums["here"]),
         Decimal(sums["changed_by_people"]), Decimal(sums["unexplained"])]
        for _service, name, entry in entries
        for sums in sorted(entry["money"], key=itemgetter("column", "company"))
    ]  # fmt: skip
    if rows:
        yield Section(
            _("Money by company (KWD)"),
            "",
            [_("what"), _("amount"), _("company"), _("in the file"), _("here"), _("changed by people"),
             _("unexplained")],
            rows,
        )  # fmt: skip


def _decided(entries: Sequence[Entry]) -> Iterator[Section]:
    problems: Counter[tuple[str, str, str]] = Counter()
    for _service, name, entry in entries:
        for written, count in entry["quarantine"]["problems"].items():
            column, _colon, problem = written.partition(": ")
            problems[name, column_label(column), str(Problem(problem).label)] += count
    if problems:
        yield Section(
            _("What is wrong with the values of rows set aside"),
            "",
            [_("what"), _("column"), _("the value"), _("rows")],
            [[*key, count] for key, count in sorted(problems.items())],
        )


def _explained(title: str, entries: Sequence[Entry], key: str) -> Section:
    rows = [
        [service, name, str(_EXPLAINED.get(what, what)), count]
        for service, name, entry in entries
        for what, count in entry[key].items()
    ]
    text = "" if rows else _("Nothing.")
    return Section(title, text, [_("service"), _("what"), _("rows"), _("number")] if rows else [], rows)


def _differences(entries: Sequence[Entry]) -> Iterator[Section]:
    rows = [
        [service, name, each["key"], column_label(each["column"]) if each["column"] else "",
         "" if each["file"] is None else each["file"], "" if each["here"] is None else each["here"]]
        for service, name, entry in entries
        for each in entry["examples"]
    ]  # fmt: skip
    if rows:
        yield Section(
            _("Some of the differences"),
            "",
            [_("service"), _("what"), _("id in the old system"), _("column"), _("in the file"), _("here")],
            rows,
        )


def _references(entries: Sequence[Entry]) -> Iterator[Section]:
    rows = [
        [service, name, column_label(each["column"]), each["ids"], each["unresolved"]]
        for service, name, entry in entries
        for each in entry["references"]
        if each["checked"]
    ]
    if rows:
        yield Section(
            _("References to other services"),
            _("Every id that another service gave is looked up in what that service has told."),
            [_("service"), _("what"), _("column"), _("ids"), _("unknown")],
            rows,
        )
