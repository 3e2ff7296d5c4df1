"""The roles of a company over HTTP: the default ones, and its own."""

from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from auth_service.users import selectors
from auth_service.users.api import rows, shapes
from auth_service.users.api.administration import AdministrationView
from auth_service.users.api.serializers import MessageAnswer, RoleAnswer, message_data
from auth_service.users.services import role_catalogue
from common.api.documented_errors import ErrorResponse
from common.api.pagination import paginate
from common.api.query import ListQuery
from common.errors import PermissionDeniedError

SEE, MANAGE = "settings:view", "employees:edit"


class RolesView(AdministrationView):
    """The roles of the company: those that every company starts with, and its own."""

    idempotent = True
    open_methods = frozenset({"GET", "HEAD"})
    required_permissions = {"GET": SEE, "POST": MANAGE}
    query_serializers = {"GET": ListQuery}
    body_serializers = {"POST": shapes.RoleCreateRequest}
    answer_serializers = {"GET": shapes.RoleList, "POST": {201: shapes.OneRole, 409: ErrorResponse}}

    def get(self, request: Request) -> Response:
        """List them, highest level first, with the permissions of each."""
        return paginate(
            selectors.role_rows(), self.query(), key="roles", row=rows.ROLE, ordering=("-level", "name")
        )

    def post(self, request: Request) -> Response:
        """Make a role; nobody makes one above their own level, or with permissions they do not have."""
        body = self.body()
        company_id = self.company_for(body)
        if company_id is None:
            raise PermissionDeniedError()
        role = role_catalogue.role_create(company_id=company_id, by=self.asking, **body)
        return one_role(role.id, status=201)


class RoleView(AdministrationView):
    """One role; one of another company does not exist."""

    open_methods = frozenset({"GET", "HEAD"})
    required_permissions = {"GET": SEE, "PUT": MANAGE, "DELETE": MANAGE}
    body_serializers = {"PUT": shapes.RoleChangeRequest}
    answer_serializers = {
        "GET": shapes.OneRole,
        "PUT": {200: shapes.OneRole, 409: ErrorResponse},
        "DELETE": {200: MessageAnswer, 409: ErrorResponse},
    }

    def get(self, request: Request, role_id: UUID) -> Response:
        """The role with its permissions."""
        return one_role(role_id)

    def put(self, request: Request, role_id: UUID) -> Response:
        """Change a role of the company's own; what is left out stays.

        Fewer permissions or a lower level end the sessions of those who have it. 409 for the roles that every
        company starts with.
        """
        role = role_catalogue.role_change(role_id=role_id, by=self.asking, **self.body())
        return one_role(role.id)

    def delete(self, request: Request, role_id: UUID) -> Response:
        """Delete a role of the company's own; 409 when somebody has it, or had it."""
        role_catalogue.role_delete(role_id=role_id, by=self.asking)
        return Response(message_data(_("The role was deleted.")))


def one_role(role_id: UUID, *, status: int = 200) -> Response:
    """The answer that shows a role."""
    role = selectors.role_get(role_id)
    return Response({"success": True, "role": RoleAnswer(role).data}, status=status)
