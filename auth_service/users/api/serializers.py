"""The shapes of requests and answers, as the contract names them."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from auth_service.users.models import Role, User
from auth_service.users.services.role_catalogue import DEFAULT_NAMES
from auth_service.users.services.sessions import SignedIn
from common.api.answers import Answer
from common.api.serializers import StrictSerializer

LONGEST_PASSWORD = 256
# Joiners are part of Arabic and Persian spelling; overrides and other invisible signs only deceive.
_JOINERS = "\u200c\u200d"


class NameField(serializers.CharField):
    """A person's name in any script, without control and direction characters."""

    def __init__(self, *, max_length: int = 150, **kwargs: Any) -> None:
        super().__init__(max_length=max_length, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The name; raises ValidationError."""
        text = super().to_internal_value(data)
        if any(unicodedata.category(sign)[0] == "C" and sign not in _JOINERS for sign in text):
            raise serializers.ValidationError(_("A name must not contain invisible characters."))
        return text


class PasswordField(serializers.CharField):
    """A password, taken as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=LONGEST_PASSWORD, trim_whitespace=False, style={"input_type": "password"}, **kwargs
        )


class CodeField(serializers.CharField):
    """What a second factor shows, or a recovery code."""

    def __init__(self, **kwargs: Any) -> None:
        help_text = _("Six digits of the second factor, or a recovery code.")
        super().__init__(max_length=40, help_text=help_text, **kwargs)


class RegisterRequest(StrictSerializer):
    """Body of POST /register."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    first_name = NameField()
    last_name = NameField()
    company_id = serializers.UUIDField(
        required=False,
        help_text=_("Accepted and without effect: a registration gives no place in a company."),
    )


class LoginRequest(StrictSerializer):
    """Body of POST /login."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    company_id = serializers.UUIDField(required=False)
    code = CodeField(required=False)


class RefreshRequest(StrictSerializer):
    """Body of POST /refresh."""

    refresh_token = serializers.CharField(max_length=500, trim_whitespace=False)


class ProfileUpdateRequest(StrictSerializer):
    """Body of PUT /profile."""

    first_name = NameField()
    last_name = NameField()


class PasswordChangeRequest(StrictSerializer):
    """Body of POST /password/change."""

    current_password = PasswordField()
    new_password = PasswordField()


class PasswordResetRequest(StrictSerializer):
    """Body of POST /password/reset."""

    email = serializers.EmailField(max_length=254)


class NewPasswordRequest(StrictSerializer):
    """Body of POST /password/reset/{token}."""

    new_password = PasswordField()


class NoFields(StrictSerializer):
    """A body without fields."""


class RoleAnswer(serializers.Serializer[Role]):
    """A role with its permission codes; ``company_id`` says in which company, and is missing above all.

    ``is_default``: one of the roles that every company starts with, which stay as they are.
    """

    example = {
        "name": "supervisor",
        "description": "Leads a team",
        "level": 2,
        "permissions": ["leave_requests:view"],
    }

    id = serializers.UUIDField()
    name = serializers.CharField()
    description = serializers.CharField(required=False)
    company_id = serializers.UUIDField(required=False)
    level = serializers.IntegerField()
    is_default = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_permissions(self, role: Role) -> list[str]:
        """The codes of the role's permissions, sorted; they must have been prefetched in that order."""
        return [permission.code for permission in role.permissions.all()]

    def get_is_default(self, role: Role) -> bool:
        """Whether every company starts with it."""
        return role.name in DEFAULT_NAMES

    def to_representation(self, instance: Role) -> dict[str, Any]:
        """The role without what has no value."""
        return {
            name: value
            for name, value in super().to_representation(instance).items()
            if value not in (None, "")
        }


class UserAnswer(serializers.Serializer[Any]):
    """An account with its roles; never anything of its password."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    is_active = serializers.BooleanField()
    email_verified = serializers.BooleanField()
    roles = RoleAnswer(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


ACCOUNT_FIELDS = tuple(name for name in UserAnswer().get_fields() if name != "roles")


class SessionAnswer(serializers.Serializer[Any]):
    """One of a person's sessions."""

    id = serializers.UUIDField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ip_address = serializers.CharField(required=False)
    user_agent = serializers.CharField()

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """The session without what is not known."""
        return {
            name: value for name, value in super().to_representation(instance).items() if value is not None
        }


class AuthAnswer(Answer):
    """Tokens of a session; ``expires_at`` is the access token's."""

    user = UserAnswer()
    token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    token_type = serializers.CharField()


class ProfileAnswer(Answer):
    """Answer of /profile."""

    user = UserAnswer()


class SessionsAnswer(Answer):
    """Answer of GET /sessions."""

    sessions = SessionAnswer(many=True)


class JwksAnswer(serializers.Serializer[Any]):
    """A JSON Web Key Set."""

    keys = serializers.ListField(child=serializers.DictField())


class MessageAnswer(Answer):
    """A sentence."""

    message = serializers.CharField()


def user_data(user: User, roles: Sequence[Role]) -> dict[str, Any]:
    """An account as the contract's User."""
    account = {name: getattr(user, name) for name in ACCOUNT_FIELDS}
    return dict(UserAnswer({**account, "roles": roles}).data)


def auth_data(signed_in: SignedIn) -> dict[str, Any]:
    """A sign-in as the contract's AuthResponse."""
    return {
        "success": True,
        "user": user_data(signed_in.user, signed_in.roles),
        "token": signed_in.token,
        "refresh_token": signed_in.refresh_token,
        "expires_at": signed_in.expires_at,
        "token_type": "Bearer",
    }


def message_data(message: str | Promise) -> dict[str, Any]:
    """A sentence as an answer."""
    return {"success": True, "message": str(message)}
