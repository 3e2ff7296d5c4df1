"""What a comparison of old rows with what is here comes to."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import TextChoices

EXAMPLES: Final = 5


class Standing(TextChoices):
    """How a row of the file that should be here stands to the ledger and to what is here."""

    SAME = "same"
    # People have changed the thing here since the import.
    PEOPLE = "people"
    # People have taken the thing away here since the import.
    TAKEN_AWAY = "taken_away"
    # The row changed, or came, in the file since the import; its company works on the new side.
    LEFT_BEHIND = "left_behind"
    # The ledger knows no thing made of the row: the account of outcomes says why, or that nothing does.
    NOT_HERE = "not_here"
    # From here on nothing explains it.
    FILE_CHANGED = "file_changed"
    MISSING = "missing"


EXPLAINED: Final = (Standing.PEOPLE, Standing.TAKEN_AWAY, Standing.LEFT_BEHIND)
UNEXPLAINED: Final = (Standing.FILE_CHANGED, Standing.MISSING)


@dataclass(frozen=True)
class Expected:
    """One old row as it should be here: its key in the ledger, its hash, and what the mapper made of it."""

    key: str
    source_hash: int
    id: UUID
    company_id: UUID | None
    args: Any


@dataclass
class ColumnCheck:
    """One column on both sides.

    ``compared`` things are as the import wrote them; of these ``differing`` differ. ``file_sum`` and
    ``here_sum`` are checksums over them, which do not depend on an order. ``people`` differ because people
    changed them here.
    """

    name: str
    compared: int = 0
    differing: int = 0
    people: int = 0
    file_sum: int = 0
    here_sum: int = 0

    def as_json(self) -> dict[str, Any]:
        """The check as a JSON object; checksums in hexadecimal."""
        return {
            "compared": self.compared,
            "differing": self.differing,
            "changed_by_people": self.people,
            "checksum_file": f"{self.file_sum:016x}",
            "checksum_here": f"{self.here_sum:016x}",
            "equal": self.equal,
        }

    @property
    def equal(self) -> bool:
        """Whether both sides agree, but for what people changed."""
        return not self.differing and self.file_sum == self.here_sum


@dataclass
class Sums:
    """Sums of one money column of one company: in the file and here, and of both the part people changed."""

    file: Decimal = Decimal(0)
    here: Decimal = Decimal(0)
    file_people: Decimal = Decimal(0)
    here_people: Decimal = Decimal(0)

    def add(self, amount: Decimal, of_people: Decimal, *, in_file: bool) -> None:
        """Count an amount of one side, of which people changed a part."""
        if in_file:
            self.file += amount
            self.file_people += of_people
        else:
            self.here += amount
            self.here_people += of_people

    @property
    def unexplained(self) -> Decimal:
        """What is here and not in the file, but for what people changed."""
        return (self.here - self.here_people) - (self.file - self.file_people)


@dataclass(frozen=True)
class Difference:
    """One thing that is not as the file says."""

    key: str
    id: str
    standing: str
    column: str = ""
    file: str | None = None
    here: str | None = None


@dataclass
class Comparison:
    """What all batches of one entry of a plan came to."""

    standings: Counter[str] = field(default_factory=Counter)
    columns: dict[str, ColumnCheck] = field(default_factory=dict)
    money: dict[tuple[str, UUID | None], Sums] = field(default_factory=dict)
    examples: list[Difference] = field(default_factory=list)

    @property
    def unexplained(self) -> int:
        """The rows for whose standing there is no explanation."""
        return sum(count for standing, count in self.standings.items() if standing in UNEXPLAINED)

    @property
    def equal(self) -> bool:
        """Whether everything is as the file says, but for what is explained."""
        return (
            not self.unexplained
            and all(column.equal for column in self.columns.values())
            and not any(sums.unexplained for sums in self.money.values())
        )
