"""Rights that an old row names beyond those of its role here."""

from collections.abc import Iterable

from common.contracts.rights import PERMISSION_CODES, ROLE_PERMISSIONS
from common.legacy.words import EVERYTHING


def beyond_role(role: str, permissions: Iterable[str]) -> list[str]:
    """Those of ``permissions`` that ``role`` does not give here."""
    given = ROLE_PERMISSIONS[role]
    everything = given.issuperset(PERMISSION_CODES)
    return sorted(
        {code for code in permissions if code not in given and not (everything and code == EVERYTHING)}
    )
