"""The old application's words, in the spellings met in its files."""

from typing import Final

from common.legacy.choices import Problem
from common.legacy.values import Cell, ValueRefusedError, text

ROLES: Final = {
    "super_admin": "super_admin",
    "company_manager": "company_manager",
    "employee": "employee",
    "administrative_employee": "employee",
    "supervisor": "supervisor",
    "worker": "worker",
}
EMPLOYEE_STATUSES: Final = {
    word: word for word in ("active", "inactive", "on_leave", "terminated", "archived")
}
LICENSE_STATUSES: Final = {word: word for word in ("active", "expired", "pending")}
LICENSE_TYPES: Final = {
    word: word
    for word in [
        "main",
        "branch",
        "commercial",
        "industrial",
        "professional",
        "import_export",
        "tailoring",
        "fabric",
        "jewelry",
        "restaurant",
        "service",
    ]
}
EMPLOYEE_TYPES: Final = {"citizen": "citizen", "expatriate": "expatriate"}
GENDERS: Final = {
    "male": "male", "m": "male", "ذكر": "male",
    "female": "female", "f": "female", "أنثى": "female", "انثى": "female",
    "other": "other",
    "prefer_not_to_say": "prefer_not_to_say",
}  # fmt: skip
LEAVE_TYPES: Final = {word: word for word in ("annual", "sick", "maternity", "emergency", "unpaid")}
LEAVE_STATUSES: Final = {word: word for word in ("pending", "approved", "rejected")}
DEDUCTION_TYPES: Final = {word: word for word in ("late", "absence", "loan", "insurance", "other")}
DEDUCTION_STATUSES: Final = {word: word for word in ("active", "completed", "cancelled")} | {
    "canceled": "cancelled"
}
SEVERITIES: Final = {word: word for word in ("low", "medium", "high")}
EVERYTHING: Final = "all"


def word(cell: Cell, known: dict[str, str], *, default: str) -> str:
    """The known word that ``cell`` spells; ``default`` for NULL and blank; anything else is refused."""
    spelled = one_spelling(text(cell))
    if not spelled:
        return default
    if spelled not in known:
        raise ValueRefusedError(Problem.UNKNOWN_WORD)
    return known[spelled]


def one_spelling(words: str) -> str:
    """The one spelling in which words are compared: ``On Leave`` and ``on-leave`` are ``on_leave``."""
    return "_".join(words.lower().replace("-", " ").split())


def permission(spelled: str) -> str:
    """A permission as ``area:verb``: ``employees_view`` is ``employees:view``; ``all`` stays itself."""
    spelled = spelled.strip().lower()
    if ":" in spelled or "_" not in spelled:
        return spelled
    area, _underscore, verb = spelled.rpartition("_")
    return f"{area}:{verb}"
