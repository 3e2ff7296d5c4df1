"""What is wrong with a row that was set aside, in the reader's language."""

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.legacy.choices import Problem, QuarantineReason
from common.legacy.labels import column_label
from common.legacy.mapper import Quarantined
from common.legacy.models import QuarantinedRow
from common.legacy.writing import sentence_of_constraint

# The columns that a reason is about when it names none itself.
ABOUT: Final[Mapping[str, tuple[str, ...]]] = {
    QuarantineReason.MISSING_ID: ("id",),
    QuarantineReason.REPEATED_ID: ("id",),
    QuarantineReason.UNKNOWN_COMPANY: ("company_id",),
    QuarantineReason.UNKNOWN_EMPLOYEE: ("employee_id",),
    QuarantineReason.UNKNOWN_USER: ("user_id",),
    QuarantineReason.UNKNOWN_OWNER: ("entity_id", "entity_type"),
    QuarantineReason.REPEATED_EMAIL: ("email",),
}
_A_DAY = _("Such as 2024-12-31 or 31/12/2024.")
_AN_AMOUNT = _("An amount in dinars with at most three decimals, such as 350.250.")
HINTS: Final[Mapping[str, str | Promise]] = {
    Problem.NOT_TEXT: _("Check the spelling that is suggested."),
    Problem.UNSTORABLE_CHARACTERS: _("Check the spelling that is suggested."),
    Problem.NOT_A_BOOLEAN: _("Write yes or no."),
    Problem.NOT_A_DATE: _A_DAY,
    Problem.IMPOSSIBLE_DATE: _A_DAY,
    Problem.NOT_A_NUMBER: _AN_AMOUNT,
    Problem.NEGATIVE: _AN_AMOUNT,
    Problem.TOO_PRECISE: _AN_AMOUNT,
    Problem.BROKEN_JSON: _('A list in brackets, such as ["first", "second"]; or leave it empty.'),
    Problem.UNKNOWN_WORD: _("Choose one of the known words."),
    Problem.NOT_AN_EMAIL: _("Such as name@example.com; or leave it empty."),
}


def wrong_columns(row: QuarantinedRow) -> list[str]:
    """The columns to correct first."""
    return [*row.problems] or list(ABOUT.get(row.reason, ()))


def problem_sentence(code: str) -> str:
    """What is wrong with a value."""
    return str(Problem(code).label) if code in Problem.values else code


def sentence_of_row(row: QuarantinedRow) -> str:
    """Everything that is wrong with the row."""
    return _joined(row.reason, row.problems, row.detail)


def sentence_of_refusal(refusal: Quarantined) -> str:
    """Everything that is wrong, of a row that could not be imported just now."""
    return _joined(refusal.reason, refusal.problems, refusal.detail)


def detail_sentence(detail: str) -> str:
    """A detail as it was kept: ``CODE: English sentence``, the name of a violated rule, or an old value."""
    code, colon, sentence = detail.partition(": ")
    if colon and code.isupper():
        return f"{code}: {gettext(sentence)}"
    return str(sentence_of_constraint(detail) or detail)


def _joined(reason: str, problems: Mapping[str, str], detail: str) -> str:
    said = [*_problems(problems)] or [str(QuarantineReason(reason).label)]
    return ", ".join(said) + (f" ({detail_sentence(detail)})" if detail else "")


def _problems(problems: Mapping[str, str]) -> Iterator[str]:
    for column, code in problems.items():
        yield f"{column_label(column)} ({column}) {problem_sentence(code)}"
