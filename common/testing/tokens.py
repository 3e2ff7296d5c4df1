"""Access tokens for tests, signed with a key of their own that the process under test is made to trust."""

import functools
import time
from collections.abc import Iterable
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from common.contracts.rights import LEVELS, ROLE_PERMISSIONS
from common.security.keys import StaticKeySource, use_key_source
from common.security.tokens import ACCESS_LIFETIME, PersonClaims, issue_person_token

KID = "test"


@functools.cache
def signing_key() -> Ed25519PrivateKey:
    """The private key of this test run."""
    return Ed25519PrivateKey.generate()


def trust_test_key() -> None:
    """Make this process verify people's tokens with the test key."""
    use_key_source(StaticKeySource({KID: signing_key().public_key()}))


def person_token(
    *,
    role: str = "company_manager",
    company_id: UUID | None = None,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    permissions: Iterable[str] | None = None,
    expires_in: int = ACCESS_LIFETIME,
) -> str:
    """An access token as the auth service would issue it; permissions default to the role's."""
    granted = ROLE_PERMISSIONS[role] if permissions is None else permissions
    now = int(time.time())
    claims = PersonClaims(
        user_id=user_id or uuid4(),
        session_id=session_id or uuid4(),
        company_id=company_id,
        role=role,
        level=LEVELS[role],
        permissions=sorted(granted),
        name="Test Person",
        email="person@example.com",
        issued_at=now,
        expires_at=now + expires_in,
    )
    return issue_person_token(claims, key=signing_key(), kid=KID)
