"""A run's report on paper: sections with tables, in the reader's language, for HR to read and sign."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from common.legacy.choices import ConflictKind, ToDoKind
from common.legacy.labels import table_label
from common.legacy.paper_of_verification import sections_of_verification
from common.legacy.paper_sections import SERVICES, Section, entries_told, reasons_told
from common.legacy.summary import ANALYZE, IMPORT, ROLLBACK, VERIFY, Json, Summary

LANGUAGES: Final = (("ar", "rtl"), ("en", "ltr"))
_TITLES: Final[Mapping[str, str | Promise]] = {
    ANALYZE: gettext_lazy("What is in the old system's file"),
    IMPORT: gettext_lazy("Import of the old system's file"),
    VERIFY: gettext_lazy("Comparison with the old system's file"),
    ROLLBACK: gettext_lazy("Taking back an import"),
}
_WHY_IT_STAYS: Final = gettext_lazy("Why it stays")


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
        yield from reasons_told(summary, lambda entry: entry["reasons"])
        yield from _todo(summary)
    else:
        yield from sections_of_verification(summary)
    yield from _left_in_file(summary)


def _rows_of_import(summary: Summary) -> Section:
    keys = ("source_rows", "imported", "unchanged", "merged", "quarantined", "skipped")
    return Section(
        _("Rows"),
        _("Several services read the same row when it holds something for each of them."),
        [
            _("service"), _("what"), _("rows in the file"), _("imported"), _("there already"), _("merged"),
            _("set aside"), _("skipped"),
        ],
        [[service, name, *(entry[key] for key in keys)] for service, name, entry in entries_told(summary)],
    )  # fmt: skip


def _changes(summary: Summary) -> Iterator[Section]:
    """What a run brought up to date, beside the account of the file's rows."""
    keys = ("changed", "removed", "conflicts")
    rows = [
        [service, name, *(entry.get(key, 0) for key in keys)]
        for service, name, entry in entries_told(summary)
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
            str(SERVICES[service]),
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


def _todo(summary: Summary) -> Iterator[Section]:
    rows = [
        [service, name, str(ToDoKind(kind).label), count]
        for service, name, entry in entries_told(summary)
        for kind, count in sorted(entry["todo"].items())
    ]
    if rows:
        yield Section(_("Left for HR to do"), "", [_("service"), _("what"), _("work"), _("number")], rows)


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
        [[service, name, *(entry[key] for key in keys)] for service, name, entry in entries_told(summary)],
    )
    yield from reasons_told(summary, lambda entry: entry["reasons"])
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
    entries = list(entries_told(summary))
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
