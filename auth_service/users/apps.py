"""Django's registration of the app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UsersConfig(AppConfig):
    """The auth service's own app."""

    name = "auth_service.users"
    label = "users"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Verify tokens with the keys at hand, and leave the time of a sign-in to the sign-in itself."""
        from django.conf import settings
        from django.contrib.auth.password_validation import get_default_password_validators
        from django.contrib.auth.signals import user_logged_in

        if settings.SERVICE.name != "auth":
            return  # the type checker loads every service's models into one project
        from auth_service.users.keysource import own_keys
        from common.security.keys import use_key_source

        use_key_source(own_keys())
        # A list of passwords that cannot be read is told now and not to whoever changes theirs.
        get_default_password_validators()
        # Django's own receiver saves the user outside every scope, where there is no such row.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
