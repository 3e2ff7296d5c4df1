"""Password hashers: the one for new passwords, and the reader of the old system's."""

from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher
from django.utils.crypto import constant_time_compare

from auth_service.settings import ARGON2_MEMORY_KIB, ARGON2_PARALLELISM, ARGON2_TIME_COST


class Argon2Hasher(Argon2PasswordHasher):
    """argon2id with the cost set in this service's settings; a changed cost rehashes at the next sign-in."""

    time_cost = ARGON2_TIME_COST
    memory_cost = ARGON2_MEMORY_KIB
    parallelism = ARGON2_PARALLELISM


class OldSystemHasher(BCryptPasswordHasher):
    """bcrypt as the old system used it: the first 72 bytes of a password count, and more are no error."""

    def encode(self, password: str, salt: Any) -> str:
        """The hash of ``password`` with ``salt``, which is a bcrypt hash or its beginning."""
        library: Any = self._load_library()  # type: ignore[attr-defined]  # missing in the stubs
        hashed: bytes = library.hashpw(password.encode()[:72], salt)
        return f"{self.algorithm}${hashed.decode('ascii')}"

    def verify(self, password: str, encoded: str) -> bool:
        """Whether ``password`` is the one behind ``encoded``."""
        _algorithm, hashed = encoded.split("$", 1)
        return constant_time_compare(encoded, self.encode(password, hashed.encode("ascii")))
