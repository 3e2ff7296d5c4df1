"""On which side a company is: a number drawn from its id, below the share or not.

HAProxy does the same arithmetic in haproxy.cfg; the tests hold both beside each other.
"""

import re
import zlib
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from common.legacy.ids import new_id
from common.runtime.errors import OperatorError

# A share of 10,000 is everything. Requests that name no company draw the last number: they move last.
WHOLE: Final = 10_000
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def place_of(company: str) -> int:
    """The company's number from 0 to 9,999, by its new id or by its id in the old file."""
    own = UUID(company) if _UUID.fullmatch(company) else new_id("companies", company)
    return zlib.crc32(str(own)[:8].encode()) % WHOLE


@dataclass(frozen=True)
class Company:
    """A company as the new side knows it, and whether the new side is the one that owns it."""

    id: UUID
    name: str
    handed_over: bool = False

    def on_new_side(self, share: int) -> bool:
        """Whether the new side serves it when that has ``share`` of 10,000."""
        return place_of(str(self.id)) < share


def all_companies(address: str) -> list[Company]:
    """Every company in the company service's database at ``address``, by name.

    Raises:
        OperatorError: The database cannot be asked.
    """
    import psycopg

    try:
        with psycopg.connect(address, connect_timeout=3) as connection:
            connection.execute("SELECT set_config('app.all_companies', 'on', true)")
            rows = connection.execute(
                "SELECT c.id, c.name, h.company_id IS NOT NULL FROM companies c "
                "LEFT JOIN handed_over_companies h ON h.company_id = c.id ORDER BY c.name, c.id"
            ).fetchall()
    except psycopg.Error as error:
        raise OperatorError(
            f"the company service's database does not say it ({str(error).splitlines()[0]})"
        ) from error
    return [Company(*row) for row in rows]
