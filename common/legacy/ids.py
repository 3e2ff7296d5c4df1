"""New ids from old ones, by a rule of arithmetic: every service finds the same id without asking another.

The namespace and the form of the names must never change: databases in use were filled by them.
"""

import re
from functools import lru_cache
from hashlib import sha1
from typing import Final
from uuid import UUID

from common.search import fold

NAMESPACE: Final = UUID("6f0d6a1c-52f5-5b0e-9a57-0f3c8a2f1e64")
PLACEHOLDER_DOMAIN: Final = "import.invalid"

_HASHED_NAMESPACE = sha1(NAMESPACE.bytes, usedforsecurity=False)
_PLAIN_ID = re.compile(r"[a-z0-9-]{1,40}")


def new_id(table: str, old_id: str) -> UUID:
    """The id of the row ``old_id`` of ``table``; table names hold no colon, so two rows never share one."""
    # What uuid5 does, without hashing the namespace each time: ids are made by the million.
    digest = _HASHED_NAMESPACE.copy()
    digest.update(f"{table}:{old_id}".encode())
    return UUID(bytes=digest.digest()[:16], version=5)


def employee_user_id(old_employee_id: str) -> UUID:
    """The id of the account made for an employee who had none."""
    return new_id("employee-user", old_employee_id)


@lru_cache(65_536)
def company_id(old_id: str) -> UUID:
    """The id of a company, of which there are few beside the rows that name them."""
    return new_id("companies", old_id)


@lru_cache(65_536)
def department_id(company_id: UUID, name: str) -> UUID:
    """The id of the department of ``company_id`` (a new id) that its employees named ``name`` in free text.

    Spellings that the company service's search does not tell apart are one department.
    """
    return new_id("departments", f"{company_id}:{fold(name)}")


def placeholder_email(table: str, old_id: str) -> str:
    """An address that can never receive mail, for a row whose own is missing, malformed or taken.

    The old id stands in it when it is plain lower case; else the new id does, since addresses know no case.
    """
    token = old_id if _PLAIN_ID.fullmatch(old_id) else new_id(table, old_id).hex
    return f"no-email+{token}@{PLACEHOLDER_DOMAIN}"
