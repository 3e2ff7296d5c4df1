"""Accounts, roles and sessions for administrators; changes go through services, so they have their events."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Model, OuterRef, Prefetch, QuerySet, Subquery
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import common.search  # noqa: F401  (registers the lookup used below)
from auth_service.users.access import NO_ACCESS, Access
from auth_service.users.choices import MailPurpose, role_title
from auth_service.users.models import AccountMail, Membership, Permission, Role, Session, SigningKey, User
from auth_service.users.models.people import email_normalised
from auth_service.users.services.mails import account_mail_request
from auth_service.users.services.roles import role_assign, role_revoke
from auth_service.users.services.sessions import sessions_revoke
from auth_service.users.services.users import user_activate, user_create, user_deactivate, user_edit
from common.reference.models import CompanyRef
from common.reference.selectors import name_for_reader
from common.staff.admin import TenantAdmin
from common.staff.inlines import TabularInline
from common.staff.operators import OperatorAdmin

BY_ADMINISTRATOR = "by_administrator"


def asking(request: HttpRequest) -> Access:
    """What the administrator may do who sent the request; nothing for anybody else."""
    user: object = request.user
    return user.access if isinstance(user, User) else NO_ACCESS


def with_company_name(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows with the name of their company as the company service last told it, in the reader's language."""
    names = CompanyRef.objects.filter(company_id=OuterRef("company_id")).values_list(name_for_reader())[:1]
    named: QuerySet[Any] = rows.annotate(company_name=Subquery(names))
    return named


@admin.display(description=_("company"), ordering="company_id")
def company(row: Any) -> str:
    """The name of a row's company, or its id while the name is not known here."""
    if row.company_id is None:
        return str(_("all companies"))
    return row.company_name or str(row.company_id)


class RoleNameFilter(admin.AllValuesFieldListFilter):
    """By a role's name, in the reader's words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(_("role"))

    def choices(self, changelist: Any) -> Any:
        return [
            {**choice, "display": role_title(str(choice["display"]))}
            for choice in super().choices(changelist)
        ]


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
        "permissions",
        "sessions",
    )
    readonly_fields = ("is_active", "email_verified", "last_login", "created_at", "permissions", "sessions")
    actions = ("deactivate", "activate", "mail_password_reset")

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


@admin.register(Session)
class SessionAdmin(OperatorAdmin):
    """Who is signed in, from where, and the end of it."""

    permission_area = "employees"
    list_display = (
        "user",
        company,
        "ip_address",
        "user_agent",
        "created_at",
        "refreshed_at",
        "expires_at",
        "revoked_at",
        "revoked_reason",
    )
    list_select_related = ("user",)
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("user__email__folded_prefix",)
    search_help_text = _("The beginning of the e-mail address")
    exclude = ("user",)
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        return with_company_name(super().get_queryset(request))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """The list of one person's sessions, which the page of the account links to."""
        return lookup == "user__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.action(description=_("End the sessions: their tokens are refused everywhere"))
    def revoke(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        if not self.may_operate(request):
            self.message_user(request, _("You are not allowed to do this."), messages.ERROR)
            return
        # The list's rows carry a subquery, which does not go with a lock.
        rows = Session.objects.filter(pk__in=list(queryset.values_list("pk", flat=True)))
        count = sessions_revoke(rows, reason=BY_ADMINISTRATOR)
        sentence = ngettext("%(count)d session has ended.", "%(count)d sessions have ended.", count)
        self.message_user(request, sentence % {"count": count}, messages.SUCCESS)


@admin.register(Role)
class RoleAdmin(OperatorAdmin):
    """What each role may do."""

    permission_area = "settings"
    list_display = ("title", company, "level", "codes")
    list_filter = (("name", RoleNameFilter), "level")
    search_fields = ("name",)
    fields = ("title", "name", "description", "level", "codes")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        permissions = Prefetch("permissions", Permission.objects.order_by("code"))
        return with_company_name(super().get_queryset(request)).prefetch_related(permissions)

    @admin.display(description=_("role"), ordering="name")
    def title(self, role: Role) -> str:
        return role.title

    @admin.display(description=_("permissions"))
    def codes(self, role: Role) -> str:
        return ", ".join(permission.code for permission in role.permissions.all())


@admin.register(Permission)
class PermissionAdmin(OperatorAdmin):
    """All rights there are."""

    permission_area = "settings"
    list_display = ("code",)
    fields = ("code",)


@admin.register(SigningKey)
class SigningKeyAdmin(OperatorAdmin):
    """The keys of access tokens; ``manage.py rotate_signing_key`` makes a new one."""

    list_display = ("kid", "algorithm", "signs_from", "retired_at", "published_until")
    fields = (*list_display, "public_jwk")


@admin.register(AccountMail)
class AccountMailAdmin(OperatorAdmin):
    """Mails about accounts: waiting and sent."""

    list_display = ("email", "purpose", "created_at", "attempts", "wake_at", "sent_at", "used_at")
    list_filter = ("purpose", ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("email",)
    fields = list_display
