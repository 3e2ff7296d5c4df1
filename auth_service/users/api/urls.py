"""Addresses of accounts."""

from django.urls import path, register_converter

from auth_service.users.api import accounts, internal, roles, second_factor, views


class MailTokenConverter:
    """A token as mails carry it; anything else is no address of ours."""

    regex = "[A-Za-z0-9_-]{1,200}"

    def to_python(self, value: str) -> str:
        """The token itself."""
        return value

    def to_url(self, value: str) -> str:
        """The token itself."""
        return value


register_converter(MailTokenConverter, "mailtoken")

urlpatterns = [
    path("register", views.RegisterView.as_view(), name="register"),
    path("login", views.LoginView.as_view(), name="login"),
    path("logout", views.LogoutView.as_view(), name="logout"),
    path("refresh", views.RefreshView.as_view(), name="refresh"),
    path("profile", views.ProfileView.as_view(), name="profile"),
    path("sessions", views.SessionsView.as_view(), name="sessions"),
    path("sessions/<uuid:session_id>", views.SessionView.as_view(), name="session"),
    path("roles", roles.RolesView.as_view(), name="roles"),
    path("roles/<uuid:role_id>", roles.RoleView.as_view(), name="role"),
    path("users", accounts.UsersView.as_view(), name="users"),
    path("users/<uuid:user_id>", accounts.UserView.as_view(), name="user"),
    path("users/<uuid:user_id>/activate", accounts.UserActivateView.as_view(), name="user-activate"),
    path("users/<uuid:user_id>/permissions", accounts.UserPermissionsView.as_view(), name="user-permissions"),
    path("users/<uuid:user_id>/memberships", accounts.MembershipsView.as_view(), name="memberships"),
    path(
        "users/<uuid:user_id>/memberships/<uuid:membership_id>",
        accounts.MembershipView.as_view(),
        name="membership",
    ),
    path("users/<uuid:user_id>/roles", accounts.UserRolesView.as_view(), name="user-roles"),
    path("password/change", views.PasswordChangeView.as_view(), name="password-change"),
    path("password/reset", views.PasswordResetRequestView.as_view(), name="password-reset-request"),
    path("password/reset/<mailtoken:token>", views.PasswordResetView.as_view(), name="password-reset"),
    path("email/verify/<mailtoken:token>", views.EmailVerifyView.as_view(), name="email-verify"),
    path("email/resend-verification", views.ResendVerificationView.as_view(), name="resend-verification"),
    path("second-factor", second_factor.SecondFactorView.as_view(), name="second-factor"),
    path(
        "second-factor/confirm", second_factor.SecondFactorConfirmView.as_view(), name="second-factor-confirm"
    ),
    path("second-factor/off", second_factor.SecondFactorOffView.as_view(), name="second-factor-off"),
    path("second-factor/recovery-codes", second_factor.RecoveryCodesView.as_view(), name="recovery-codes"),
    path("internal/staff/sign-in", internal.StaffSignInView.as_view(), name="staff-sign-in"),
    path(".well-known/jwks.json", views.JwksView.as_view(), name="jwks"),
]
