"""What is said when a sealed value cannot be opened: a sentence, never a wrong value."""

from typing import ClassVar, Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from prometheus_client import Counter

from common.errors import DomainError

REFUSED: Final = Counter(
    "hrms_unseal_refusals", "Sealed values that were not opened, by reason.", ["reason", "table", "column"]
)


class UnsealError(DomainError):
    """A sealed value that is not opened; making the error counts it in ``hrms_unseal_refusals_total``.

    The sentence and the details name the place of the value and nothing of the value itself.
    """

    code = "SEALED_VALUE_REFUSED"
    status = 500
    reason: ClassVar[str] = "refused"
    default_message = _("A protected value cannot be opened.")

    def __init__(
        self, table: str, column: str, row_id: UUID | str, message: str | Promise | None = None
    ) -> None:
        super().__init__(message, details={"table": table, "column": column, "row": str(row_id)})
        REFUSED.labels(self.reason, table, column).inc()

    def __str__(self) -> str:
        place = self.details
        return f"{self.message} ({place['table']}.{place['column']}, {place['row']})"


class SealBrokenError(UnsealError):
    """The value was changed, or belongs to another row, column, table or service, or was never sealed."""

    code = "SEAL_BROKEN"
    reason = "broken"
    default_message = _("A protected value was changed or does not belong here; it is not shown.")


class KeyMissingError(UnsealError):
    """The value was sealed with a key that the keyring does not have."""

    code = "SEALING_KEY_MISSING"
    reason = "key missing"
    default_message = _("A protected value cannot be opened: its key is not in the keyring.")
