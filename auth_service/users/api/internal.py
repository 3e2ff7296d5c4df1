"""What the other services ask: who signs in to their administration."""

import structlog
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from auth_service.users.api.serializers import CodeField, PasswordField
from auth_service.users.device import device_described
from auth_service.users.services.authentication import user_authenticate
from auth_service.users.services.sessions import session_open_for_service
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.security.principal import ServicePrincipal

log = structlog.get_logger(__name__)


class StaffSignInRequest(StrictSerializer):
    """What somebody typed into the form of another service's administration, and from where."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    code = CodeField(required=False)
    ip_address = serializers.IPAddressField(required=False)
    user_agent = serializers.CharField(required=False, allow_blank=True, max_length=1000)


class StaffSignInView(ServiceAPIView):
    """Signing staff in to another service's administration."""

    internal = True
    body_serializers = {"POST": StaffSignInRequest}

    def post(self, request: Request) -> Response:
        """A session of the person; limits and the list of sessions go by the address of their browser.

        401 as at `/login`; 403 `SECOND_FACTOR_MISSING` for a role that needs a second factor before it has one.
        """
        body = self.body()
        device = device_described(body.pop("ip_address", ""), body.pop("user_agent", ""))
        user = user_authenticate(**body, address=device.ip_address)
        token = session_open_for_service(user=user, device=device)
        caller: object = request.user
        name = caller.name if isinstance(caller, ServicePrincipal) else ""
        log.info("staff sign-in", service=name, user_id=str(user.pk))
        return Response({"success": True, "token": token})
