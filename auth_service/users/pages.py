"""The page of the administration where staff set up their second factor."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from auth_service.users.api.second_factor import picture
from auth_service.users.api.serializers import LONGEST_PASSWORD
from auth_service.users.models import User
from auth_service.users.services import second_factor
from auth_service.users.services.authentication import password_confirm
from common.errors import DomainError
from common.security.staff_sessions import session_behind
from common.staff.forms import LONGEST_CODE

TEMPLATE = "admin/users/second_factor.html"


class PasswordForm(forms.Form):
    """The password once more."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(forms.Form):
    """What the device shows now."""

    code = forms.CharField(
        label=_("Code"),
        max_length=LONGEST_CODE,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false", "dir": "ltr"}),
    )


class ProofForm(CodeForm, PasswordForm):
    """Both."""

    field_order = ("password", "code")


FORMS: dict[str, type[forms.Form]] = {
    "begin": PasswordForm,
    "confirm": CodeForm,
    "codes": ProofForm,
    "off": ProofForm,
}


@require_http_methods(["GET", "POST"])
def second_factor_page(request: HttpRequest) -> HttpResponse:
    """Whether there is a second factor, and the forms that change it."""
    user: object = request.user
    if not isinstance(user, User):
        raise TypeError("This page is auth's own.")
    shown: dict[str, Any] = {}
    action = request.POST.get("action", "")
    if request.method == "POST" and action in FORMS:
        form = FORMS[action](request.POST)
        if form.is_valid():
            try:
                shown = _done(action, request, user.pk, **form.cleaned_data)
            except DomainError as error:
                form.add_error(None, str(error.message))
            else:
                if action == "off":
                    return HttpResponseRedirect(reverse("admin:index"))
                form = FORMS[action]()
        shown |= {f"{action}_form": form, "waiting": action == "confirm" or "setup" in shown}
    state = second_factor.second_factor_state(user.pk)
    context = {
        **admin.site.each_context(request),
        "title": _("Second factor"),
        "state": state,
        **{f"{name}_form": kind() for name, kind in FORMS.items()},
        **shown,
    }
    return TemplateResponse(request, TEMPLATE, context)


def _done(
    action: str, request: HttpRequest, user_id: UUID, password: str = "", code: str = ""
) -> dict[str, Any]:
    """Do what the form asks; what the page shows of it. Raises DomainErrors."""
    if action == "confirm":
        keep = session_behind(request.session)
        codes = second_factor.second_factor_confirm(user_id=user_id, code=code, keep=keep)
        return {"recovery_codes": codes}
    user = password_confirm(user_id, password, request.META.get("REMOTE_ADDR"))
    if action == "begin":
        setup = second_factor.second_factor_begin(user)
        # Made here from a secret and an address; nothing of it is anybody's text.
        return {"setup": setup, "picture": mark_safe(picture(setup.uri))}  # noqa: S308  # nosec B308 B703 - see above
    if action == "codes":
        return {"recovery_codes": second_factor.recovery_codes_renew(user=user, code=code)}
    second_factor.second_factor_off(user=user, code=code)
    return {}
