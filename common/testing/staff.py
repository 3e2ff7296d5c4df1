"""Staff members for tests of admin pages."""

from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from common.contracts.rights import LEVELS, ROLE_PERMISSIONS
from common.security.tenancy import all_companies
from common.staff.models import StaffUser


def staff_member(*, role: str, company_id: UUID | None = None, **values: Any) -> StaffUser:
    """A member of staff as a sign-in with this role would leave them; rights default to the role's."""
    person_id = uuid4()
    defaults: dict[str, Any] = {
        "id": person_id,
        "email": f"{person_id}@example.com",
        "name": "Test Person",
        "role": role,
        "level": LEVELS[role],
        "company_id": company_id,
        "permissions": sorted(ROLE_PERMISSIONS[role]),
        "session_id": uuid4(),
    }
    with all_companies("test"):
        return StaffUser.objects.create(**defaults | values)


def sign_in(client: Client, *, role: str, company_id: UUID | None = None, **values: Any) -> StaffUser:
    """Sign the browser ``client`` in as a new member of staff."""
    member = staff_member(role=role, company_id=company_id, **values)
    with all_companies("test"):
        client.force_login(member)
    return member
