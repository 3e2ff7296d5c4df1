"""Who is asking: the person (or the service) a request is answered for, as their token says it."""

from dataclasses import dataclass
from uuid import UUID

from common.security.tenancy import Scope

SUPER_ADMIN = "super_admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """A signed-in person, acting for one company or, as a super administrator, for all of them."""

    id: UUID
    session_id: UUID
    company_id: UUID | None
    role: str
    level: int
    permissions: frozenset[str]
    name: str = ""
    email: str = ""
    language: str = ""

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __str__(self) -> str:
        return self.name or self.email or str(self.id)

    @property
    def pk(self) -> UUID:
        """The person's id, under the name that throttles and templates use."""
        return self.id

    @property
    def all_companies(self) -> bool:
        """Whether the person serves every company of the group."""
        return self.role == SUPER_ADMIN

    def may(self, code: str) -> bool:
        """Whether the person holds the permission ``code``, such as ``employees:create``."""
        return self.all_companies or code in self.permissions

    def tenant_scope(self) -> Scope:
        """The rows that a request of this person may see."""
        if self.all_companies:
            return Scope(user_id=self.id, all_companies=True, reason="administrator of all companies")
        return Scope(company_id=self.company_id, user_id=self.id)


@dataclass(frozen=True, slots=True)
class ServicePrincipal:
    """Another of our services, calling an internal endpoint; it holds no person's permission."""

    name: str

    is_authenticated = True
    is_anonymous = False
    is_active = True

    def __str__(self) -> str:
        return self.name

    @property
    def pk(self) -> str:
        """The service's name, under the name that throttles use."""
        return self.name

    def may(self, code: str) -> bool:
        """Never: permissions belong to people."""
        return False


class Anonymous:
    """Somebody who showed no token."""

    id = None
    pk = None
    is_authenticated = False
    is_anonymous = True
    is_active = False

    def __str__(self) -> str:
        return "anonymous"

    def may(self, code: str) -> bool:
        """Never."""
        return False
