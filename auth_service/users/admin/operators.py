"""Pages of what is looked at and ended, and not edited: sessions, rights, keys, mails."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import common.search  # noqa: F401  (registers the lookup used below)
from auth_service.users.admin.parts import (
    BY_ADMINISTRATOR,
    RoleNameFilter,
    company,
    with_company_name,
)
from auth_service.users.models import AccountMail, Permission, Role, Session, SigningKey
from auth_service.users.services.sessions import sessions_revoke
from common.staff.operators import OperatorAdmin


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
