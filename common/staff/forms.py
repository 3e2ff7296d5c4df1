"""The form by which staff sign in to an admin."""

from typing import Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _

LONGEST_CODE = 40


class StaffSignInForm(AdminAuthenticationForm):
    """E-mail address, password, and the code of a second factor for who has one."""

    code = forms.CharField(
        label=_("Code of the second factor"),
        required=False,
        max_length=LONGEST_CODE,
        help_text=_("Leave it empty if you have none."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "dir": "ltr"}),
    )

    def clean(self) -> dict[str, Any]:
        """Sign in with all three; raises ValidationError."""
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if username is not None and password:
            code = self.cleaned_data.get("code", "")
            self.user_cache = authenticate(self.request, username=username, password=password, code=code)
            if self.user_cache is None:
                raise self.get_invalid_login_error()
            self.confirm_login_allowed(self.user_cache)
        return self.cleaned_data
