"""What a person may do in the company they signed in to."""

from dataclasses import dataclass
from uuid import UUID

from auth_service.users.choices import STAFF_LEVEL, RoleName


@dataclass(frozen=True)
class Access:
    """One role in one company (or above all), as a token or an admin session carries it; whose, if known."""

    company_id: UUID | None
    role: str
    level: int
    permissions: frozenset[str]
    user_id: UUID | None = None
    # Whether it is all that is left until a second factor is set up.
    must_enrol: bool = False

    @property
    def all_companies(self) -> bool:
        """Whether the role stands above companies."""
        return self.company_id is None and self.role == RoleName.SUPER_ADMIN

    @property
    def is_staff(self) -> bool:
        """Whether the role administers accounts, or would with a second factor."""
        return self.level >= STAFF_LEVEL or self.must_enrol


# Somebody who registered and belongs nowhere yet: their own profile and sessions, nothing else.
NO_ACCESS = Access(company_id=None, role="", level=0, permissions=frozenset())


def enrolling(user_id: UUID) -> Access:
    """What a person may do whose role needs a second factor and who has none yet: set it up."""
    return Access(None, "", 0, frozenset(), user_id, must_enrol=True)
