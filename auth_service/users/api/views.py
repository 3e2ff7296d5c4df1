"""One's own account over HTTP: signing in and out, profile, sessions and password."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from auth_service.users import selectors
from auth_service.users.api import serializers as shapes
from auth_service.users.choices import MailPurpose
from auth_service.users.device import device_of
from auth_service.users.models import User
from auth_service.users.models.people import email_normalised
from auth_service.users.services import authentication, keys, mails, sessions, users
from auth_service.users.services.attempts import count_from
from auth_service.users.services.limits import LINKS, MAILS, MAILS_TO_ONE, REGISTRATIONS, limit_count
from common.api.documented_errors import ErrorResponse
from common.api.views import ServiceAPIView
from common.errors import UnauthenticatedError
from common.security.permissions import ANYONE_SIGNED_IN

SIGNED_OUT = "signed_out"


class RegisterView(ServiceAPIView):
    """An account of one's own."""

    public = True
    body_serializers = {"POST": shapes.RegisterRequest}
    answer_serializers = {"POST": {201: shapes.AuthAnswer, 409: ErrorResponse, 429: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """Make an account that belongs to no company, and sign in; 409 when the address is taken."""
        body = self.body()
        count_from(REGISTRATIONS, device_of(request).ip_address)
        # Whoever names a company gets no place in it by that; see the service's README.
        body.pop("company_id", None)
        user = users.user_register(**body)
        signed_in = sessions.session_open(user=user, device=device_of(request))
        return Response(shapes.auth_data(signed_in), status=201)


class LoginView(ServiceAPIView):
    """Signing in."""

    public = True
    body_serializers = {"POST": shapes.LoginRequest}
    answer_serializers = {"POST": {200: shapes.AuthAnswer, 401: ErrorResponse, 429: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """Tokens for the company named, or for the person's first one; 401 says nothing about the reason.

        An account with a second factor answers the right password with 401 `SECOND_FACTOR_REQUIRED` until `code`
        is sent along: the six digits that the device shows, or one of the recovery codes. A role that needs a
        second factor gets tokens that open its own profile, sessions and `/second-factor` until it has one.
        """
        body = self.body()
        company_id = body.pop("company_id", None)
        device = device_of(request)
        user = authentication.user_authenticate(**body, address=device.ip_address)
        signed_in = sessions.session_open(user=user, company_id=company_id, device=device)
        return Response(shapes.auth_data(signed_in))


class RefreshView(ServiceAPIView):
    """Renewing a session."""

    public = True
    body_serializers = {"POST": shapes.RefreshRequest}
    answer_serializers = {"POST": {200: shapes.AuthAnswer, 401: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """New tokens for a refresh token, which works once; using it again ends the session."""
        return Response(shapes.auth_data(sessions.session_refresh(**self.body())))


class LogoutView(ServiceAPIView):
    """Signing out."""

    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": shapes.NoFields}
    answer_serializers = {"POST": shapes.MessageAnswer}

    def post(self, request: Request) -> Response:
        """End the session of the token."""
        self.body()
        person = self.person
        sessions.session_revoke(session_id=person.session_id, user_id=person.id, reason=SIGNED_OUT)
        return Response(shapes.message_data(_("Signed out.")))


class ProfileView(ServiceAPIView):
    """One's own account."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "PUT": ANYONE_SIGNED_IN}
    body_serializers = {"PUT": shapes.ProfileUpdateRequest}
    answer_serializers = {"GET": shapes.ProfileAnswer, "PUT": shapes.ProfileAnswer}

    def get(self, request: Request) -> Response:
        """The account with its roles in all companies."""
        user = User.objects.filter(pk=self.person.id, is_active=True).first()
        if user is None:
            raise UnauthenticatedError()
        return self._answer(user)

    def put(self, request: Request) -> Response:
        """Change one's name."""
        return self._answer(users.user_update_profile(user_id=self.person.id, **self.body()))

    def _answer(self, user: User) -> Response:
        roles = selectors.role_list_of(user.id)
        return Response({"success": True, "user": shapes.user_data(user, roles)})


class SessionsView(ServiceAPIView):
    """One's own sessions."""

    required_permissions = {"GET": ANYONE_SIGNED_IN, "DELETE": ANYONE_SIGNED_IN}
    answer_serializers = {"GET": shapes.SessionsAnswer, "DELETE": shapes.MessageAnswer}

    def get(self, request: Request) -> Response:
        """Those that still live: the newest hundred."""
        live = selectors.session_list(self.person.id)[:100]
        return Response({"success": True, "sessions": shapes.SessionAnswer(live, many=True).data})

    def delete(self, request: Request) -> Response:
        """End all of them, this one included."""
        sessions.sessions_revoke_all(user_id=self.person.id, reason=SIGNED_OUT)
        return Response(shapes.message_data(_("Signed out everywhere.")))


class SessionView(ServiceAPIView):
    """One of one's own sessions."""

    required_permissions = {"DELETE": ANYONE_SIGNED_IN}
    answer_serializers = {"DELETE": shapes.MessageAnswer}

    def delete(self, request: Request, session_id: UUID) -> Response:
        """End it; 404 when it is somebody else's or has ended."""
        sessions.session_revoke(session_id=session_id, user_id=self.person.id, reason=SIGNED_OUT)
        return Response(shapes.message_data(_("The session has ended.")))


class PasswordChangeView(ServiceAPIView):
    """One's own password."""

    # What is refused is counted, and a count must not be undone with the request's transaction.
    manages_own_scope = True
    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": shapes.PasswordChangeRequest}
    answer_serializers = {"POST": {200: shapes.MessageAnswer, 429: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """Set it, which ends one's other sessions; 400 when the current one is not right."""
        person = self.person
        address = device_of(request).ip_address
        authentication.password_change(
            user_id=person.id, session_id=person.session_id, address=address, **self.body()
        )
        return Response(shapes.message_data(_("The password was changed.")))


class PasswordResetRequestView(ServiceAPIView):
    """A forgotten password."""

    public = True
    body_serializers = {"POST": shapes.PasswordResetRequest}
    answer_serializers = {"POST": {200: shapes.MessageAnswer, 429: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """Send a mail, if anybody has the address; the answer is the same when nobody does."""
        email = self.body()["email"]
        count_from(MAILS, device_of(request).ip_address)
        limit_count(MAILS_TO_ONE, email_normalised(email))
        mails.account_mail_request(email=email, purpose=MailPurpose.PASSWORD_RESET)
        return Response(shapes.message_data(_("If the address is known, a mail is on its way.")))


class PasswordResetView(ServiceAPIView):
    """The link of such a mail."""

    public = True
    body_serializers = {"POST": shapes.NewPasswordRequest}
    answer_serializers = {"POST": {200: shapes.MessageAnswer, 429: ErrorResponse}}

    def post(self, request: Request, token: str) -> Response:
        """Set a new password and end all sessions; 400 for a link that is unknown, used or too old."""
        body = self.body()
        count_from(LINKS, device_of(request).ip_address)
        mails.password_reset(token=token, **body)
        return Response(shapes.message_data(_("The password was changed.")))


class EmailVerifyView(ServiceAPIView):
    """The link of a mail that asks to confirm an address."""

    public = True
    body_serializers = {"POST": shapes.NoFields}
    answer_serializers = {"POST": {200: shapes.MessageAnswer, 429: ErrorResponse}}

    def post(self, request: Request, token: str) -> Response:
        """Note that the address is confirmed; 400 for a link that is unknown, used or too old."""
        self.body()
        count_from(LINKS, device_of(request).ip_address)
        mails.email_verify(token=token)
        return Response(shapes.message_data(_("The e-mail address is confirmed.")))


class ResendVerificationView(ServiceAPIView):
    """The same mail again."""

    required_permissions = {"POST": ANYONE_SIGNED_IN}
    body_serializers = {"POST": shapes.NoFields}
    answer_serializers = {"POST": {200: shapes.MessageAnswer, 429: ErrorResponse}}

    def post(self, request: Request) -> Response:
        """Send it, unless the address is confirmed already."""
        self.body()
        user = User.objects.filter(pk=self.person.id, is_active=True).first()
        if user is None:
            raise UnauthenticatedError()
        limit_count(MAILS_TO_ONE, user.email)
        mails.account_mail_request(email=user.email, purpose=MailPurpose.EMAIL_VERIFICATION)
        return Response(shapes.message_data(_("A mail is on its way.")))


class JwksView(ServiceAPIView):
    """The public keys of access tokens."""

    public = True
    cache_control = "public, max-age=60"
    answer_serializers = {"GET": shapes.JwksAnswer}

    def get(self, request: Request) -> Response:
        """A JSON Web Key Set (RFC 7517)."""
        keys.signing_key_ensure()
        document: dict[str, Any] = selectors.jwks()
        return Response(document)
