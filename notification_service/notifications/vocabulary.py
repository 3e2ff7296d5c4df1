"""Words of other services' events in the reader's language."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

LEAVE_TYPES: dict[str, Promise] = {
    "annual": pgettext_lazy("leave", "annual"),
    "sick": pgettext_lazy("leave", "sick"),
    "maternity": pgettext_lazy("leave", "maternity"),
    "emergency": pgettext_lazy("leave", "emergency"),
    "unpaid": pgettext_lazy("leave", "unpaid"),
}
DEDUCTION_TYPES: dict[str, Promise] = {
    "late": pgettext_lazy("deduction", "coming late"),
    "absence": pgettext_lazy("deduction", "absence"),
    "loan": pgettext_lazy("deduction", "loan"),
    "insurance": pgettext_lazy("deduction", "insurance"),
    "other": pgettext_lazy("deduction", "other"),
}
DEDUCTION_STATUSES: dict[str, Promise] = {
    "active": pgettext_lazy("deduction", "active"),
    "completed": pgettext_lazy("deduction", "completed"),
    "cancelled": pgettext_lazy("deduction", "cancelled"),
}
DOCUMENT_TYPES: dict[str, Promise] = {
    "passport": pgettext_lazy("document", "passport"),
    "residence": pgettext_lazy("document", "residence permit"),
    "license": pgettext_lazy("document", "licence"),
    "contract": pgettext_lazy("document", "contract"),
    "certificate": pgettext_lazy("document", "certificate"),
    "civil_id": pgettext_lazy("document", "civil ID"),
    "work_permit": pgettext_lazy("document", "work permit"),
    "health_certificate": pgettext_lazy("document", "health certificate"),
    "establishment_document": pgettext_lazy("document", "establishment document"),
    "tax_certificate": pgettext_lazy("document", "tax certificate"),
    "chamber_membership": pgettext_lazy("document", "chamber membership"),
    "import_export_license": pgettext_lazy("document", "import and export licence"),
    "fire_permit": pgettext_lazy("document", "fire permit"),
    "municipality_permit": pgettext_lazy("document", "municipality permit"),
    "other": pgettext_lazy("document", "other document"),
}
CATEGORIES: dict[str, Promise] = {
    "general": pgettext_lazy("notices", "general"),
    "employment": pgettext_lazy("notices", "employment"),
    "leave": pgettext_lazy("notices", "leave"),
    "payroll": pgettext_lazy("notices", "payroll"),
    "performance": pgettext_lazy("notices", "performance"),
    "licenses": pgettext_lazy("notices", "licences"),
    "documents": pgettext_lazy("notices", "documents"),
    "reports": pgettext_lazy("notices", "reports"),
}


def word(words: dict[str, Promise], value: str) -> str | Promise:
    """The word for ``value``, or the value itself when it is newer than this list."""
    return words.get(value, value)
