"""Pages of accounts."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

import common.search  # noqa: F401  (registers the lookup used below)
from auth_service.users.admin.parts import (
    BY_ADMINISTRATOR,
    RoleNameFilter,
    asking,
)
from auth_service.users.choices import MailPurpose
from auth_service.users.models import Membership, Permission, Role, User
from auth_service.users.models.people import email_normalised
from auth_service.users.services.mails import account_mail_request
from auth_service.users.services.roles import role_assign, role_revoke
from auth_service.users.services.second_factor import second_factor_state
from auth_service.users.services.users import (
    second_factor_reset,
    user_activate,
    user_create,
    user_deactivate,
    user_edit,
)
from common.staff.admin import TenantAdmin
from common.staff.inlines import TabularInline


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name and address; a new account also gets its first role here."""

    class Meta:
        model = User
        fields = ("email", "first_name", "last_name")

    def clean_email(self) -> str:
        """The address in the spelling it is stored in; raises ValidationError."""
        address = email_normalised(self.cleaned_data["email"])
        forms.EmailField().clean(address)
        return address


class NewUserForm(UserForm):
    """A new account and its first role."""

    role = forms.ModelChoiceField(label=_("role"), queryset=Role.objects.none())


class MembershipFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """A person has one role in a company."""

    def clean(self) -> None:
        """Refuse two roles in one company; raises ValidationError."""
        super().clean()
        companies = [
            form.cleaned_data["role"].company_id
            for form in self.forms
            if form.cleaned_data.get("role") and not form.cleaned_data.get("DELETE")
        ]
        if len(set(companies)) != len(companies):
            raise ValidationError(_("A person has one role in a company."))


class MembershipInline(TabularInline):
    """The person's roles by company. Removing one ends the access; the row stays, inactive, as history."""

    model = Membership
    formset = MembershipFormSet
    fields = ("role", "is_active")
    readonly_fields = ("is_active",)
    autocomplete_fields = ("role",)
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        return super().get_queryset(request).select_related("role").order_by("created_at", "id")


@admin.register(User)
class UserAdmin(TenantAdmin):
    """Accounts with their roles."""

    permission_area = "employees"
    form = UserForm
    inlines = (MembershipInline,)
    list_display = ("email", "first_name", "last_name", "is_active", "email_verified", "last_login")
    list_filter = ("is_active", "email_verified", ("memberships__role__name", RoleNameFilter))
    search_fields = ("email__folded_prefix", "name_folded__folded_prefix", "last_name_folded__folded_prefix")
    search_help_text = _("The beginning of the e-mail address, of the name or of the last name")
    ordering = ("email",)
    fields = (
        ("first_name", "last_name"),
        "email",
        ("is_active", "email_verified"),
        ("last_login", "created_at"),
        "second_factor",
        "permissions",
        "sessions",
    )
    readonly_fields = (
        "is_active",
        "email_verified",
        "last_login",
        "created_at",
        "second_factor",
        "permissions",
        "sessions",
    )
    actions = ("deactivate", "activate", "mail_password_reset", "reset_second_factor")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form: Any = super().get_form(request, obj, change, **{**kwargs, "form": NewUserForm})
        form.base_fields["role"].queryset = Role.objects.filter(level__lte=asking(request).level)
        return form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": (("first_name", "last_name"), "email", "role")})]
        return super().get_fieldsets(request, obj)

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        return () if obj is None else super().get_inlines(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: an account that is no longer used is deactivated, and its history stays."""
        return False

    @admin.display(description=_("permissions"))
    def permissions(self, user: User) -> str:
        codes = Permission.objects.filter(roles__memberships__user=user, roles__memberships__is_active=True)
        return ", ".join(codes.distinct().values_list("code", flat=True)) or "–"

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user: User) -> bool:
        return second_factor_state(user.pk).is_on

    @admin.display(description=_("sessions"))
    def sessions(self, user: User) -> str:
        address = reverse("admin:users_session_changelist")
        return format_html('<a href="{}?user__id__exact={}">{}</a>', address, user.pk, _("show"))

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in UserForm.Meta.fields}
        if change:
            user_edit(user_id=obj.pk, by=asking(request), **values)
            return
        role: Role = form.cleaned_data["role"]
        user = user_create(role=role.name, company_id=role.company_id, by=asking(request), **values)
        # The admin goes on with the object it was given: its history and its address need the key.
        obj.pk = user.pk

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        by = asking(request)
        user_id = formset.instance.pk
        for membership in formset.deleted_objects:
            role_revoke(user_id=user_id, company_id=membership.company_id, reason=BY_ADMINISTRATOR, by=by)
        for membership, _fields in formset.changed_objects:
            role_before = Membership.objects.select_related("role").get(pk=membership.pk)
            if role_before.company_id != membership.role.company_id:
                reason = BY_ADMINISTRATOR
                role_revoke(user_id=user_id, company_id=role_before.company_id, reason=reason, by=by)
        for membership in [*formset.new_objects, *(row for row, _fields in formset.changed_objects)]:
            role = membership.role
            role_assign(user_id=user_id, role=role.name, company_id=role.company_id, by=by)

    @admin.action(description=_("Deactivate: sign out everywhere and let nobody in"), permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user_deactivate(user_id=user.pk, reason=BY_ADMINISTRATOR, by=asking(request))
        self.message_user(request, _("The accounts are off."), messages.SUCCESS)

    @admin.action(description=_("Activate"), permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            user_activate(user_id=user.pk, by=asking(request))
        self.message_user(request, _("The accounts are on."), messages.SUCCESS)

    @admin.action(description=_("Mail a link to set a new password"), permissions=["change"])
    def mail_password_reset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            account_mail_request(email=user.email, purpose=MailPurpose.PASSWORD_RESET)
        self.message_user(request, _("The mails are on their way."), messages.SUCCESS)

    @admin.action(description=_("Take away the second factor: the device is lost"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        for user in queryset:
            second_factor_reset(user_id=user.pk, by=asking(request))
        self.message_user(request, _("The second factors are off."), messages.SUCCESS)
