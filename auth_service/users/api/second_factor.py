"""One's own second factor over HTTP: set up, confirmed, asked about, switched off."""

from typing import Any

import segno
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from auth_service.users.api.serializers import CodeField, MessageAnswer, PasswordField, message_data
from auth_service.users.device import device_of
from auth_service.users.services import second_factor
from auth_service.users.services.authentication import password_confirm
from common.api.answers import Answer
from common.api.documented_errors import ErrorResponse
from common.api.serializers import StrictSerializer
from common.api.views import ServiceAPIView
from common.security.permissions import ANYONE_SIGNED_IN

REFUSALS = {400: ErrorResponse, 409: ErrorResponse, 429: ErrorResponse}


class PasswordRequest(StrictSerializer):
    """The password once more, so that an open browser alone is not enough."""

    password = PasswordField()


class CodeRequest(StrictSerializer):
    """What the device shows now."""

    code = CodeField()


class ProofRequest(StrictSerializer):
    """The password once more, and what the device shows now or a recovery code."""

    password = PasswordField()
    code = CodeField()


class StateAnswer(Answer):
    """Whether the second factor is on, whether the role needs one, and how many recovery codes are left."""

    enabled = serializers.BooleanField()
    needed = serializers.BooleanField()
    recovery_codes_left = serializers.IntegerField()


class SetupAnswer(Answer):
    """A new device's secret: in letters, as an address for an authenticator, and as a picture to scan (SVG)."""

    secret = serializers.CharField()
    uri = serializers.CharField()
    qr_svg = serializers.CharField()


class RecoveryCodesAnswer(Answer):
    """Codes that sign in once each when the device is lost. They are shown this once."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


def picture(uri: str) -> str:
    """The address as a picture to scan: SVG without scripts and styles."""
    return str(
        segno.make(uri, error="m").svg_inline(scale=4, border=4, light="#fff", svgclass=None, lineclass=None)
    )


class SecondFactorView(ServiceAPIView):
    """One's own second factor: an authenticator that shows six digits every half minute (RFC 6238)."""

    # What is refused is counted, and a count must not be undone with the request's transaction.
    manages_own_scope = True
    required_permissions = {"GET": ANYONE_SIGNED_IN, "POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": PasswordRequest}
    answer_serializers = {"GET": StateAnswer, "POST": {201: SetupAnswer, **REFUSALS}}

    def get(self, request: Request) -> Response:
        """Whether there is one."""
        state = second_factor.second_factor_state(self.person.id)
        data: dict[str, Any] = {
            "success": True,
            "enabled": state.is_on,
            "needed": state.is_needed,
            "recovery_codes_left": state.recovery_codes_left,
        }
        return Response(data)

    def post(self, request: Request) -> Response:
        """Begin with a new device, which counts once `/second-factor/confirm` has seen a code of it.

        400 for a wrong password, 409 when there is a confirmed one.
        """
        address = device_of(request).ip_address
        user = password_confirm(self.person.id, self.body()["password"], address)
        setup = second_factor.second_factor_begin(user)
        answer = {"success": True, "secret": setup.secret, "uri": setup.uri, "qr_svg": picture(setup.uri)}
        return Response(answer, status=201)


class SecondFactorConfirmView(ServiceAPIView):
    """The new device proves itself."""

    manages_own_scope = True
    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": CodeRequest}
    answer_serializers = {"POST": {200: RecoveryCodesAnswer, **REFUSALS}}

    def post(self, request: Request) -> Response:
        """Switch it on with a code that the device shows; all other sessions end.

        Rights that were waiting for it come with the next sign-in, a super administrator's with the next refresh.
        400 for a wrong code, 409 when no device waits.
        """
        person = self.person
        codes = second_factor.second_factor_confirm(user_id=person.id, keep=person.session_id, **self.body())
        return Response({"success": True, "recovery_codes": codes})


class SecondFactorOffView(ServiceAPIView):
    """Doing without."""

    manages_own_scope = True
    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": ProofRequest}
    answer_serializers = {"POST": {200: MessageAnswer, **REFUSALS}}

    def post(self, request: Request) -> Response:
        """Switch it off, which ends all sessions.

        400 for a wrong password or code, 409 when there is none or the role needs one.
        """
        body = self.body()
        user = password_confirm(self.person.id, body["password"], device_of(request).ip_address)
        second_factor.second_factor_off(user=user, code=body["code"])
        return Response(message_data(_("The second factor is off.")))


class RecoveryCodesView(ServiceAPIView):
    """Codes for the day when the device is lost."""

    manages_own_scope = True
    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": ProofRequest}
    answer_serializers = {"POST": {200: RecoveryCodesAnswer, **REFUSALS}}

    def post(self, request: Request) -> Response:
        """Ten new ones; those before stop working. 400 for a wrong password or code, 409 without a second factor."""
        body = self.body()
        user = password_confirm(self.person.id, body["password"], device_of(request).ip_address)
        codes = second_factor.recovery_codes_renew(user=user, code=body["code"])
        return Response({"success": True, "recovery_codes": codes})
