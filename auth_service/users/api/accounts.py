"""Accounts over HTTP, for those who administer them."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from auth_service.users import selectors
from auth_service.users.api import rows, shapes
from auth_service.users.api.administration import AdministrationView
from auth_service.users.api.serializers import MessageAnswer, RoleAnswer, message_data
from auth_service.users.services import memberships, roles, users
from common.api.documented_errors import ErrorResponse
from common.api.pagination import paginate
from common.api.query import ListQuery

BY_ADMINISTRATOR = "by_administrator"
VIEW, CREATE, EDIT, DELETE = "employees:view", "employees:create", "employees:edit", "employees:delete"


class UsersView(AdministrationView):
    """The accounts of the company's people, past ones included; of everybody for super administrators."""

    idempotent = True
    required_permissions = {"GET": VIEW, "POST": CREATE}
    query_serializers = {"GET": shapes.UserQuery}
    body_serializers = {"POST": shapes.UserInviteRequest}
    answer_serializers = {"GET": shapes.UserList, "POST": {201: shapes.OneUser, 409: ErrorResponse}}

    def get(self, request: Request) -> Response:
        """List accounts, newest first."""
        query = self.query()
        company_id = self.company_asked(query)
        asked = {name: query[name] for name in ("search", "role", "is_active") if name in query}
        if company_id is None:
            return paginate(selectors.user_list(**asked), query, key="users", row=rows.USER)
        found = selectors.member_list(company_id=company_id, **asked)
        return paginate(found, query, key="users", row=rows.MEMBER)

    def post(self, request: Request) -> Response:
        """Invite a person: an account with a role, and a mail by which they choose a password.

        Nobody gives a role above their own level, or one that may do more than they may themselves. 409 when
        the address has an account.
        """
        body = self.body()
        company_id = self.company_for(body)
        user = users.user_create(**body, company_id=company_id, by=self.asking)
        return Response({"success": True, "user": rows.account_data(user)}, status=201)


class UserView(AdministrationView):
    """One account; somebody of another company does not exist."""

    required_permissions = {"GET": VIEW, "PUT": EDIT, "DELETE": DELETE}
    body_serializers = {"PUT": shapes.UserChangeRequest}
    answer_serializers = {
        "GET": shapes.OneUser,
        "PUT": {200: shapes.OneUser, 409: ErrorResponse},
        "DELETE": {200: MessageAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request, user_id: UUID) -> Response:
        """The account with its roles."""
        user = selectors.user_get(user_id, company_id=self.asking.company_id)
        return Response({"success": True, "user": rows.account_data(user)})

    def put(self, request: Request, user_id: UUID) -> Response:
        """Change name or address; what is left out stays, and a new address counts as not confirmed."""
        user = users.user_edit(user_id=user_id, by=self.asking, **self.body())
        return Response({"success": True, "user": rows.account_data(user)})

    def delete(self, request: Request, user_id: UUID) -> Response:
        """Switch the account off and end its sessions at once; nothing is deleted.

        409 for one's own account and for the last super administrator.
        """
        users.user_deactivate(user_id=user_id, reason=BY_ADMINISTRATOR, by=self.asking)
        return Response(message_data(_("The account is off.")))


class UserActivateView(AdministrationView):
    """An account that was switched off."""

    required_permissions = {"POST": EDIT}
    answer_serializers = {"POST": shapes.OneUser}

    def post(self, request: Request, user_id: UUID) -> Response:
        """Switch it on again; its roles are those it had."""
        users.user_activate(user_id=user_id, by=self.asking)
        user = selectors.user_get(user_id, company_id=self.asking.company_id)
        return Response({"success": True, "user": rows.account_data(user)})


class UserPermissionsView(AdministrationView):
    """What a person may do."""

    required_permissions = {"GET": VIEW}
    answer_serializers = {"GET": shapes.PermissionsAnswer}

    def get(self, request: Request, user_id: UUID) -> Response:
        """Company by company, with the role it comes from."""
        user = selectors.user_get(user_id, company_id=self.asking.company_id)
        places = selectors.membership_list(user_id) if user.is_active else []
        return Response(
            {
                "success": True,
                "user_id": user.id,
                "is_active": user.is_active,
                "companies": [rows.permissions_data(place) for place in places],
            }
        )


class MembershipsView(AdministrationView):
    """A person's places in companies."""

    idempotent = True
    required_permissions = {"GET": VIEW, "POST": EDIT}
    query_serializers = {"GET": ListQuery}
    body_serializers = {"POST": shapes.PlaceRequest}
    answer_serializers = {
        "GET": shapes.MembershipList,
        "POST": {201: shapes.OneMembership, 409: ErrorResponse},
    }

    def get(self, request: Request, user_id: UUID) -> Response:
        """List them, oldest first; those that have ended are kept as history."""
        company_id = self.asking.company_id
        found = selectors.membership_history(selectors.user_get(user_id, company_id=company_id), company_id)
        return paginate(
            found, self.query(), key="memberships", row=rows.membership_row(), ordering=("created_at",)
        )

    def post(self, request: Request, user_id: UUID) -> Response:
        """Take the person into a company, for the first time or again; 409 when they have a role there."""
        body = self.body()
        company_id = self.company_for(body)
        place = memberships.membership_add(user_id=user_id, company_id=company_id, by=self.asking, **body)
        return Response({"success": True, "membership": rows.membership_data(place)}, status=201)


class MembershipView(AdministrationView):
    """A person's place in a company."""

    required_permissions = {"PUT": EDIT, "DELETE": EDIT}
    body_serializers = {"PUT": shapes.MembershipChangeRequest}
    answer_serializers = {
        "PUT": {200: shapes.OneMembership, 409: ErrorResponse},
        "DELETE": {200: MessageAnswer, 409: ErrorResponse},
    }

    def put(self, request: Request, user_id: UUID, membership_id: UUID) -> Response:
        """Give another role in this company; one with less rights ends the person's sessions there."""
        place = memberships.membership_change(
            user_id=user_id, membership_id=membership_id, by=self.asking, **self.body()
        )
        return Response({"success": True, "membership": rows.membership_data(place)})

    def delete(self, request: Request, user_id: UUID, membership_id: UUID) -> Response:
        """End the person's place in this company, and their sessions there; it stays on record."""
        memberships.membership_end(
            user_id=user_id, membership_id=membership_id, reason=BY_ADMINISTRATOR, by=self.asking
        )
        return Response(message_data(_("The person no longer belongs to the company.")))


class UserRolesView(AdministrationView):
    """The roles a person has, one in each company."""

    required_permissions = {"GET": VIEW, "POST": EDIT}
    body_serializers = {"POST": shapes.PlaceRequest}
    answer_serializers = {"GET": shapes.HeldRoles, "POST": {200: shapes.HeldRoles, 409: ErrorResponse}}

    def get(self, request: Request, user_id: UUID) -> Response:
        """The roles with what they allow."""
        selectors.user_get(user_id, company_id=self.asking.company_id)
        return self._answer(user_id)

    def post(self, request: Request, user_id: UUID) -> Response:
        """Give a role in a company, in place of the one the person had there; asking again changes nothing."""
        body = self.body()
        company_id = self.company_for(body)
        selectors.user_get(user_id, company_id=self.asking.company_id)
        roles.role_assign(user_id=user_id, company_id=company_id, by=self.asking, **body)
        return self._answer(user_id)

    def _answer(self, user_id: UUID) -> Response:
        held = selectors.role_list_of(user_id)
        return Response({"success": True, "roles": [RoleAnswer(role).data for role in held]})
