"""The shapes of what administrators send and get: accounts, memberships, roles and what follows from them."""

from typing import Any

from rest_framework import serializers

from auth_service.users.api.serializers import NameField, RoleAnswer, UserAnswer
from auth_service.users.models import Membership
from common.api.answers import Answer, Pagination
from common.api.query import ListQuery
from common.api.serializers import StrictSerializer
from common.contracts.rights import PERMISSION_CODES

A_ROLE = {"name": "supervisor", "role": "supervisor", "level": 2, "description": "Leads a team"}


class UserQuery(ListQuery):
    """Which accounts to list."""

    search = serializers.CharField(
        max_length=254,
        required=False,
        allow_blank=True,
        help_text="The beginning of the e-mail address, of the whole name or of the last name, in any spelling.",
    )
    role = serializers.CharField(max_length=60, required=False, help_text="The name of a role held now.")
    is_active = serializers.BooleanField(required=False)
    company_id = serializers.UUIDField(
        required=False, help_text="For super administrators; everybody else sees their own company."
    )


class UserInviteRequest(StrictSerializer):
    """Body of POST /users; a super administrator names the company, or the role super_admin."""

    example = A_ROLE

    email = serializers.EmailField(max_length=254)
    first_name = NameField()
    last_name = NameField()
    role = serializers.CharField(max_length=60)
    company_id = serializers.UUIDField(required=False)


class UserChangeRequest(StrictSerializer):
    """Body of PUT /users/{id}; what is left out stays."""

    email = serializers.EmailField(max_length=254, required=False)
    first_name = NameField(required=False)
    last_name = NameField(required=False)


class PlaceRequest(StrictSerializer):
    """A role in a company; a super administrator names the company, or the role super_admin."""

    example = A_ROLE

    role = serializers.CharField(max_length=60)
    company_id = serializers.UUIDField(required=False)


class MembershipChangeRequest(StrictSerializer):
    """Another role in the same company."""

    example = A_ROLE

    role = serializers.CharField(max_length=60)


class RoleChangeRequest(StrictSerializer):
    """Body of PUT /roles/{id}; what is left out stays."""

    example = {
        "name": "Payroll clerk",
        "description": "Sees pay",
        "level": 3,
        "permissions": ["payroll:view"],
    }

    name = NameField(required=False, max_length=60)
    description = serializers.CharField(max_length=200, required=False, allow_blank=True)
    level = serializers.IntegerField(min_value=1, max_value=4, required=False)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(PERMISSION_CODES), max_length=len(PERMISSION_CODES), required=False
    )


class RoleCreateRequest(RoleChangeRequest):
    """Body of POST /roles; a super administrator names the company."""

    name = NameField(max_length=60)
    level = serializers.IntegerField(min_value=1, max_value=4)
    permissions = serializers.ListField(
        child=serializers.ChoiceField(PERMISSION_CODES), max_length=len(PERMISSION_CODES)
    )
    company_id = serializers.UUIDField(required=False)


class AccountAnswer(UserAnswer):
    """An account as its administrators see it: the roles are those in companies they administer."""

    last_login = serializers.DateTimeField(required=False)


class HeldRole(serializers.Serializer[Any]):
    """A role somebody has, in brief."""

    example = A_ROLE

    id = serializers.UUIDField()
    name = serializers.CharField()
    level = serializers.IntegerField()
    company_id = serializers.UUIDField(required=False)
    created_at = serializers.DateTimeField()


class ListedAccount(AccountAnswer):
    """An account in a list."""

    roles = HeldRole(many=True)  # type: ignore[assignment]


class UserList(Answer):
    """A piece of the list of accounts."""

    users = ListedAccount(many=True)
    pagination = Pagination()


class OneUser(Answer):
    """One account."""

    user = AccountAnswer()


class MembershipAnswer(serializers.Serializer[Membership]):
    """A person's place in a company (none for the role above all companies); it ends, but stays on record."""

    id = serializers.UUIDField()
    company_id = serializers.UUIDField(required=False)
    company_name = serializers.CharField(required=False)
    role = HeldRole()
    is_active = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class MembershipList(Answer):
    """A piece of the list of a person's places, past ones included."""

    memberships = MembershipAnswer(many=True)
    pagination = Pagination()


class OneMembership(Answer):
    """One place."""

    membership = MembershipAnswer()


class RoleList(Answer):
    """A piece of the list of roles."""

    roles = RoleAnswer(many=True)
    pagination = Pagination()


class HeldRoles(Answer):
    """The roles of a person."""

    roles = RoleAnswer(many=True)


class OneRole(Answer):
    """One role."""

    role = RoleAnswer()


class EffectivePermissions(serializers.Serializer[Any]):
    """What a person may do in a company, and the role it comes from."""

    company_id = serializers.UUIDField(required=False)
    all_companies = serializers.BooleanField()
    role = HeldRole()
    permissions = serializers.ListField(child=serializers.CharField())


class PermissionsAnswer(Answer):
    """What a person may do, company by company; nothing while the account is off."""

    user_id = serializers.UUIDField()
    is_active = serializers.BooleanField()
    companies = EffectivePermissions(many=True)
