"""Forms about rows that were set aside: one field a column, the wrong ones first."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.legacy.admin.companies import companies_by_old_id
from common.legacy.columns import COLUMNS
from common.legacy.content import Json, restored
from common.legacy.explain import HINTS, problem_sentence, wrong_columns
from common.legacy.labels import column_label
from common.legacy.models import QuarantinedRow
from common.legacy.monolith import SECRETS
from common.legacy.scripts import is_arabic
from common.legacy.values import storable
from common.legacy.words import (
    DEDUCTION_STATUSES,
    DEDUCTION_TYPES,
    EMPLOYEE_STATUSES,
    EMPLOYEE_TYPES,
    GENDERS,
    LEAVE_STATUSES,
    LEAVE_TYPES,
    LICENSE_STATUSES,
    LICENSE_TYPES,
    ROLES,
    SEVERITIES,
)

PAY: Final = frozenset({"salary", "amount", "bank_account"})
_LONG: Final = 80
# The words that a column knows; each is offered once, in the spelling that it has here.
_WORDS: Final[Mapping[tuple[str, str], Mapping[str, str]]] = {
    ("users", "role"): ROLES,
    ("company_users", "role"): ROLES,
    ("employees", "status"): EMPLOYEE_STATUSES,
    ("employees", "employee_type"): EMPLOYEE_TYPES,
    ("employees", "gender"): GENDERS,
    ("licenses", "status"): LICENSE_STATUSES,
    ("licenses", "type"): LICENSE_TYPES,
    ("employee_leaves", "type"): LEAVE_TYPES,
    ("employee_leaves", "status"): LEAVE_STATUSES,
    ("employee_deductions", "type"): DEDUCTION_TYPES,
    ("employee_deductions", "status"): DEDUCTION_STATUSES,
    ("employee_violations", "severity"): SEVERITIES,
}


class RowForm(forms.Form):
    """The columns of a row as they are corrected so far; ``pay`` says whether the reader may see salaries."""

    def __init__(self, row: QuarantinedRow, *args: Any, pay: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._row = row
        self._wrong = wrong_columns(row)
        for column in _in_order(row, self._wrong):
            if column in SECRETS or (column in PAY and not pay):
                continue
            if _is_secret(row.table, column):
                if column in row.problems:
                    self.fields[column] = forms.BooleanField(
                        label=_("leave the password out"), required=False
                    )
                    self.initial[column] = column in row.corrections
            else:
                self.fields[column] = self._field(column)
                self.initial[column] = self._shown_now(column)

    def wrong(self) -> Iterator[tuple[Any, Mapping[str, str]]]:
        """The fields to correct first, each with what is known of it."""
        return ((self[column], self._about(column)) for column in self.fields if column in self._wrong)

    def others(self) -> Iterator[tuple[Any, Mapping[str, str]]]:
        """All other fields."""
        return ((self[column], self._about(column)) for column in self.fields if column not in self._wrong)

    def corrections(self) -> dict[str, Json]:
        """What each column should be from now on; the old value where nothing is to be corrected."""
        found: dict[str, Json] = {}
        for column, given in self.cleaned_data.items():
            old = self._row.content.get(column)
            if isinstance(given, bool):
                found[column] = None if given else old
            else:
                written = given.replace("\r\n", "\n")
                found[column] = old if written == _as_text(old) and _is_plain(old) else written or None
        return found

    def _shown_now(self, column: str) -> str:
        if column in self._row.corrections:
            return _as_text(self._row.corrections[column])
        old = self._row.content.get(column)
        if column == "id" and column in self._wrong:
            return f"{_as_text(old) or self._row.table}-{self._row.pk.hex[:8]}"
        return _as_text(old)

    def _field(self, column: str) -> forms.Field:
        shown = self._shown_now(column)
        label = column_label(column)
        choices = self._choices(column, shown)
        if choices:
            return forms.ChoiceField(label=label, required=False, choices=choices)
        widget: forms.Widget
        if len(shown) > _LONG or "\n" in shown:
            widget = forms.Textarea(
                attrs={"dir": _direction(shown), "rows": min(8, 2 + len(shown) // _LONG), "cols": _LONG}
            )
        else:
            widget = forms.TextInput(attrs={"dir": _direction(shown), "size": 40})
        return forms.CharField(label=label, required=False, strip=False, widget=widget)

    def _choices(self, column: str, shown: str) -> Sequence[tuple[str, str]]:
        words = _WORDS.get((self._row.table, column))
        if words is not None:
            offered = [(word, gettext(word.replace("_", " "))) for word in dict.fromkeys(words.values())]
        elif column == "company_id":
            offered = companies_by_old_id()
        else:
            return ()
        empty = ("", "---------")
        if not offered or shown in {"", *(value for value, _label in offered)}:
            return [empty, *offered] if offered else ()
        return [(shown, shown), empty, *offered]

    def _about(self, column: str) -> Mapping[str, str]:
        code = self._row.problems.get(column, "")
        old = self._row.content.get(column)
        secret = _is_secret(self._row.table, column)
        return {
            "column": column,
            "problem": problem_sentence(code) if code else "",
            "hint": str(HINTS.get(code, "")),
            "old": "" if secret or not self._differs(column) else _as_text(old),
            "direction": _direction(_as_text(old)),
        }

    def _differs(self, column: str) -> bool:
        return column in self._row.corrections or column in self._wrong


def shown_columns(row: QuarantinedRow, *, pay: bool) -> list[tuple[str, str, str, str, str]]:
    """Name, label, direction, old value and correction of every column that the reader may see.

    For a row decided on.
    """
    return [
        (
            column,
            column_label(column),
            _direction(_as_text(row.content.get(column))),
            _as_text(row.content.get(column)),
            _as_text(row.corrections[column]) or "—" if column in row.corrections else "",
        )
        for column in _in_order(row, wrong_columns(row))
        if column not in SECRETS and not _is_secret(row.table, column) and (pay or column not in PAY)
    ]


class DiscardForm(forms.Form):
    """Why rows are discarded."""

    reason = forms.CharField(
        label=_("Why is this discarded?"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3, "cols": _LONG, "dir": "auto"}),
    )


def _in_order(row: QuarantinedRow, wrong: Sequence[str]) -> list[str]:
    """The wrong columns, the known ones in the old table's order, those that the file had beyond."""
    known = COLUMNS.get(row.table, {})
    return list(dict.fromkeys([*wrong, *(column for column in known if column in row.content), *row.content]))


def _direction(shown: str) -> str:
    """Numbers and dates run from left to right on an Arabic page, too; what is typed decides for empty fields."""
    if not shown:
        return "auto"
    return "rtl" if is_arabic(shown) else "ltr"


def _is_secret(table: str, column: str) -> bool:
    known = COLUMNS.get(table, {}).get(column)
    return column == "password" or (known is not None and known.secret)


def _is_plain(cell: Json) -> bool:
    return not isinstance(cell, dict)


def _as_text(cell: Json) -> str:
    """The cell as people can write it; of what is no text, what it would be as Arabic of an old Windows."""
    (plain,) = restored({"cell": cell}).values()
    if plain is None:
        return ""
    if isinstance(plain, bytes):
        plain = plain.decode("cp1256", "replace")
    written = str(plain)
    if storable(written):
        return written
    return "".join(letter for letter in written if storable(letter))
