"""Who administers accounts over HTTP, and in whose name."""

from typing import Any, ClassVar
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from auth_service.users.access import Access
from auth_service.users.choices import STAFF_LEVEL, RoleName
from common.api.serializers import UNKNOWN
from common.api.views import ServiceAPIView
from common.errors import ValidationError
from common.security.permissions import DenyByDefault
from common.security.principal import Principal


class IsAdministrator(BasePermission):
    """Lets managers through, and those above them, as the admin does."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the request's sender administers accounts, or need not."""
        if request.method in getattr(view, "open_methods", ()):
            return True
        return isinstance(request.user, Principal) and request.user.level >= STAFF_LEVEL


class AdministrationView(ServiceAPIView):
    """An address for managers, about the people of their company, and for super administrators.

    ``open_methods`` are for everybody who has the permission.
    """

    open_methods: ClassVar[frozenset[str]] = frozenset()
    permission_classes = (DenyByDefault, IsAdministrator)

    @property
    def asking(self) -> Access:
        """What the sender of the request may do, and where."""
        person = self.person
        return Access(person.company_id, person.role, person.level, person.permissions, person.id)

    def company_for(self, body: dict[str, Any]) -> UUID | None:
        """The company that a body is about: the token's, or the one a super administrator names.

        Takes ``company_id`` out of the body. None is for the role above all companies. Raises ValidationError.
        """
        named: UUID | None = body.pop("company_id", None)
        person = self.person
        if not person.all_companies:
            if named not in {None, person.company_id}:
                raise ValidationError(details={"company_id": [UNKNOWN]})
            return person.company_id
        if (named is None) != (body.get("role") == RoleName.SUPER_ADMIN):
            sentence = _("Name the company, unless it is the role above all companies.")
            raise ValidationError(details={"company_id": [sentence]})
        return named

    def company_asked(self, query: dict[str, Any]) -> UUID | None:
        """The company that a list is about, None for all; takes ``company_id`` out of the query."""
        named: UUID | None = query.pop("company_id", None)
        if self.person.all_companies:
            return named
        if named not in {None, self.person.company_id}:
            raise ValidationError(details={"company_id": [UNKNOWN]})
        return self.person.company_id
