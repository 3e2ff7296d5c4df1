"""Tables of the auth service: people, their rights, their sessions, and the keys that sign their tokens."""

from auth_service.users.models.access import Membership, Permission, Role, RolePermission
from auth_service.users.models.mail import AccountMail
from auth_service.users.models.people import User
from auth_service.users.models.second_factor import RecoveryCode, SecondFactor
from auth_service.users.models.sessions import RefreshToken, Session, SignInAttempts, SigningKey

__all__ = [
    "AccountMail",
    "Membership",
    "Permission",
    "RecoveryCode",
    "RefreshToken",
    "Role",
    "RolePermission",
    "SecondFactor",
    "Session",
    "SignInAttempts",
    "SigningKey",
    "User",
]
