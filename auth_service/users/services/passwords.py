"""Checking and setting passwords, at the same cost whatever the outcome."""

from django.contrib.auth.hashers import get_hasher, identify_hasher, is_password_usable, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError as DjangoValidationError

from auth_service.users.exceptions import WeakPasswordError
from auth_service.users.models import User

OLD_SYSTEM = "bcrypt"


def password_rules(password: str, *, field: str = "password", person: User | None = None) -> None:
    """Refuse a weak password of ``person``, whose name and address it may not be.

    Raises WeakPasswordError with the reasons under ``field``.
    """
    try:
        # The type checker knows only the user model of the other services.
        validate_password(password, person)  # type: ignore[arg-type]
    except DjangoValidationError as error:
        raise WeakPasswordError(details={field: error.messages}) from error


def password_hash(password: str, *, field: str = "password", person: User | None = None) -> str:
    """The hash to store for a new password; raises like :func:`password_rules`."""
    password_rules(password, field=field, person=person)
    return make_password(password)


def password_matches(password: str, encoded: str | None, *, old_hashes: bool) -> bool:
    """Whether ``password`` is the one behind ``encoded``; None (nobody, or no usable password) never matches.

    Each call computes one hash of each kind that is in use: argon2 always, and the old system's slow one as
    long as anybody still has it (``old_hashes``). Otherwise the time would tell strangers which accounts
    exist and which came from the old system.
    """
    algorithms = {str(get_hasher().algorithm)}
    if old_hashes:
        algorithms.add(OLD_SYSTEM)
    correct = False
    if encoded is not None and is_password_usable(encoded):
        hasher = identify_hasher(encoded)
        algorithms.discard(str(hasher.algorithm))
        correct = hasher.verify(password, encoded)
    for algorithm in algorithms:
        decoy = get_hasher(algorithm)
        decoy.encode(password, decoy.salt())
    return correct


def password_outdated(encoded: str) -> bool:
    """Whether the stored hash is of another kind or cost than new ones."""
    preferred = get_hasher()
    hasher = identify_hasher(encoded)
    return hasher.algorithm != preferred.algorithm or preferred.must_update(encoded)
