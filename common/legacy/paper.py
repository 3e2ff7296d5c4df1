"""A run's report on paper: sections with tables, in the reader's language, for HR to read and sign."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from common.legacy.choices import ConflictKind, Problem, QuarantineReason, ToDoKind
from common.legacy.labels import column_label, table_label
from common.legacy.summary import ANALYZE, IMPORT, ROLLBACK, VERIFY, Json, Summary, entries_of

LANGUAGES: Final = (("ar", "rtl"), ("en", "ltr"))
_SERVICES: Final[Mapping[str, str | Promise]] = {
    "auth": gettext_lazy("Accounts"),
    "company": gettext_lazy("Companies"),
    "employee": gettext_lazy("Employees"),
    "document": gettext_lazy("Documents"),
    "notification": gettext_lazy("Notices"),
    "analytics": gettext_lazy("Reports"),
}
_TITLES: Final[Mapping[str, str | Promise]] = {
    ANALYZE: gettext_lazy("What is in the old system's file"),
    IMPORT: gettext_lazy("Import of the old system's file"),
    VERIFY: gettext_lazy("Comparison with the old system's file"),
    ROLLBACK: gettext_lazy("Taking back an import"),
}
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
_WHY_IT_STAYS: Final = gettext_lazy("Why it stays")
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


@dataclass(frozen=True)
class Page:
    """The paper in one language."""

    language: str
    direction: str
    title: str
    verdict: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(default_factory=tuple)


def as_html(summary: Summary) -> str:
    """The paper in Arabic and in English on one page, for a browser and for printing."""
    pages = []
    for language, direction in LANGUAGES:
        with override(language):
            pages.append(
                Page(
                    language,
                    direction,
                    str(_TITLES[summary.command]),
                    _verdict(summary),
                    _facts(summary),
                    list(_sections(summary)),
                )
            )
    context = {
        "pages": pages,
        "ok": summary.ok,
        "judged": summary.command in {VERIFY, IMPORT},
        "signed": summary.command == VERIFY,
    }
    return render_to_string("legacy/report.html", context)


def _cell(cell: Any) -> tuple[str, bool]:
    if isinstance(cell, bool):
        return ("✓" if cell else "✗", False)
    if isinstance(cell, int):
        return (f"{cell:,}", True)
    if isinstance(cell, Decimal):
        return (f"{cell:,.3f}", True)
    return (str(cell), False)


def _facts(summary: Summary) -> list[tuple[str, str]]:
    facts = [
        (_("Run"), summary.run),
        (_("File"), summary.first("source")),
        (_("Fingerprint of the file (SHA-256)"), summary.first("fingerprint")),
        (_("Made at"), summary.first("made_at")),
    ]
    return [(name, value) for name, value in facts if value]


def _verdict(summary: Summary) -> str:
    if summary.command == VERIFY:
        if summary.ok:
            return _(
                "EQUAL: every row of the file is accounted for, and what is here is what the file says, but for"
                " what people have changed since and what is explained below."
            )
        return _("NOT EQUAL: there are differences without an explanation; they are listed below.")
    if summary.command == IMPORT:
        return _("Every row of the file is accounted for.")
    if summary.command == ROLLBACK:
        return _("What the import brought is taken back, but for what is listed below.")
    return _("Nothing was changed: this is what an import would find.")


def _sections(summary: Summary) -> Iterator[Section]:
    if summary.command == ANALYZE:
        yield from _of_analysis(summary)
    elif summary.command == ROLLBACK:
        yield from _of_rollback(summary)
    elif summary.command == IMPORT:
        yield _rows_of_import(summary)
        yield from _changes(summary)
        yield from _conflicts(summary)
        yield from _reasons(summary, lambda entry: entry["reasons"])
        yield from _todo(summary)
    else:
        yield from _of_verification(summary)
    yield from _left_in_file(summary)


def _entries(summary: Summary) -> Iterator[tuple[str, str, Json]]:
    for service, report in summary.services.items():
        for name, entry in entries_of(report).items():
            yield str(_SERVICES[service]), table_label(name), entry


def _rows_of_import(summary: Summary) -> Section:
    keys = ("source_rows", "imported", "unchanged", "merged", "quarantined", "skipped")
    return Section(
        _("Rows"),
        _("Several services read the same row when it holds something for each of them."),
        [
            _("service"), _("what"), _("rows in the file"), _("imported"), _("there already"), _("merged"),
            _("set aside"), _("skipped"),
        ],
        [[service, name, *(entry[key] for key in keys)] for service, name, entry in _entries(summary)],
    )  # fmt: skip


def _changes(summary: Summary) -> Iterator[Section]:
    """What a run brought up to date, beside the account of the file's rows."""
    keys = ("changed", "removed", "conflicts")
    rows = [
        [service, name, *(entry.get(key, 0) for key in keys)]
        for service, name, entry in _entries(summary)
        if any(entry.get(key) for key in keys)
    ]
    if rows:
        yield Section(
            _("Brought up to date"),
            _("What changed or went on the old side since the run before."),
            [_("service"), _("what"), _("changed"), _("taken away"), _("conflicts")],
            rows,
        )


def _conflicts(summary: Summary) -> Iterator[Section]:
    rows = [
        [
            str(_SERVICES[service]),
            table_label(each["name"]),
            each["key"],
            str(ConflictKind(each["kind"]).label),
        ]
        for service, report in summary.services.items()
        for each in report.get("conflicts", ())
    ]
    if rows:
        yield Section(
            _("Where both sides had their say"),
            _("The side that owns the company wins."),
            [_("service"), _("what"), _("id in the old system"), _("what was done")],
            rows,
        )


def _reasons(summary: Summary, reasons_of: Any) -> Iterator[Section]:
    rows = [
        [service, name, str(QuarantineReason(reason).label), count]
        for service, name, entry in _entries(summary)
        for reason, count in sorted(reasons_of(entry).items())
    ]
    if rows:
        yield Section(
            _("Rows set aside"),
            _("Each is kept with its full content and its reason; HR can correct it and bring it in."),
            [_("service"), _("what"), _("reason"), _("rows")],
            rows,
        )


def _todo(summary: Summary) -> Iterator[Section]:
    rows = [
        [service, name, str(ToDoKind(kind).label), count]
        for service, name, entry in _entries(summary)
        for kind, count in sorted(entry["todo"].items())
    ]
    if rows:
        yield Section(_("Left for HR to do"), "", [_("service"), _("what"), _("work"), _("number")], rows)


def _of_verification(summary: Summary) -> Iterator[Section]:
    entries = list(_entries(summary))
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
    yield from _reasons(summary, lambda entry: entry["quarantine"]["reasons"])
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


def _money(entries: Sequence[tuple[str, str, Json]]) -> Iterator[Section]:
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


def _decided(entries: Sequence[tuple[str, str, Json]]) -> Iterator[Section]:
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


def _explained(title: str, entries: Sequence[tuple[str, str, Json]], key: str) -> Section:
    rows = [
        [service, name, str(_EXPLAINED.get(what, what)), count]
        for service, name, entry in entries
        for what, count in entry[key].items()
    ]
    text = "" if rows else _("Nothing.")
    return Section(title, text, [_("service"), _("what"), _("rows"), _("number")] if rows else [], rows)


def _differences(entries: Sequence[tuple[str, str, Json]]) -> Iterator[Section]:
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


def _references(entries: Sequence[tuple[str, str, Json]]) -> Iterator[Section]:
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


def _of_analysis(summary: Summary) -> Iterator[Section]:
    keys = ("source_rows", "imported", "merged", "quarantined", "skipped")
    yield Section(
        _("What an import would make of the rows"),
        "",
        [
            _("service"),
            _("what"),
            _("rows in the file"),
            _("imported"),
            _("merged"),
            _("set aside"),
            _("skipped"),
        ],
        [[service, name, *(entry[key] for key in keys)] for service, name, entry in _entries(summary)],
    )
    yield from _reasons(summary, lambda entry: entry["reasons"])
    yield from _todo(summary)
    for report in summary.services.values():
        for name, table in report["tables"].items():
            yield Section(
                f"{table_label(name)} ({name})",
                _("Columns that are not in the file: %(columns)s") % {"columns": ", ".join(table["missing_columns"])}
                if table["missing_columns"]
                else "",
                [_("column"), _("empty"), _("repeated"), _("refer to nothing"), _("unreadable"), _("examples"),
                 _("goes to")],
                [
                    [column, each["nulls"] + each["blanks"], each["repeated"], each["orphans"],
                     sum(each["problems"].values()), _examples(each), each["goes"]]
                    for column, each in table["columns"].items()
                ],
            )  # fmt: skip


def _examples(column: Json) -> str:
    shown = [example for examples in column["examples"].values() for example in examples[:2]]
    return ", ".join(
        f"{example['value']} ({example['id']})" if example["id"] else f"{example['value']}"
        for example in shown[:4]
    )


def _of_rollback(summary: Summary) -> Iterator[Section]:
    entries = list(_entries(summary))
    yield Section(
        _("Things"),
        "",
        [_("service"), _("what"), _("taken back"), _("gone before"), _("staying")],
        [
            [service, name, entry["removed"], entry["gone"], sum(entry["stays"].values())]
            for service, name, entry in entries
        ],
    )
    rows = [
        [service, name, why, count]
        for service, name, entry in entries
        for why, count in sorted(entry["stays"].items())
    ]
    if rows:
        yield Section(str(_WHY_IT_STAYS), "", [_("service"), _("what"), _("reason"), _("number")], rows)


def _left_in_file(summary: Summary) -> Iterator[Section]:
    shape = summary.shape
    if not shape:
        return
    rows = [
        [name, shape["tables"][name]["rows"], _("on purpose: everybody signs in anew")]
        for name in shape["not_carried"]
    ]
    rows += [[name, shape["tables"][name]["rows"], _("unknown table")] for name in shape["unknown_tables"]]
    if rows:
        yield Section(_("Left in the file"), "", [_("table"), _("rows"), _("reason")], rows)
