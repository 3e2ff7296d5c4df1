"""Who read whose record, and how long things are kept, for HR staff and operators."""

from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.privacy.choices import SubjectKind
from common.privacy.models import Access, Erasure, KeptFor, RetentionRun
from common.privacy.names import company_name, ids_of, name_of, subject_name
from common.privacy.retention import rules
from common.privacy.wording import lines_told
from common.staff.admin import TenantAdmin
from common.staff.operators import OperatorAdmin


@admin.register(Access)
class AccessAdmin(OperatorAdmin):
    """The access log of this service: for whoever may end an employment, in their company."""

    permission_area = "employees"
    permission_verbs: ClassVar[dict[str, str]] = {"view": "delete", "change": "delete"}
    list_display = ("at", "whose", "reader", "action", "door", "subject_kind", "client_address", "company")
    list_filter = ("at", "action", "door", "subject_kind")
    search_fields = ("subject_id",)
    search_help_text = _(
        "The beginning of the name of the person who was read or who read, or the id of either."
    )
    ordering = ("-at", "-id")
    fields = (
        "at", "whose", "subject_kind", "subject_id", "reader", "actor_id", "company", "action", "door", "place",
        "client_address", "request_id",
    )  # fmt: skip
    readonly_fields = ("whose", "reader", "company")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Access]:
        """With the names of both, found for the rows of a page in the same query."""
        named: QuerySet[Access] = (
            super()
            .get_queryset(request)
            .annotate(
                subject_name=subject_name(),
                account_name=name_of(SubjectKind.ACCOUNT, "actor_id"),
                company_name=company_name(),
            )
        )
        return named

    def get_list_display(self, request: HttpRequest) -> Any:
        """Whoever sees one company need not be told which."""
        member: Any = request.user
        return self.list_display if member.is_superuser else self.list_display[:-1]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            subjects = actors = [UUID(term)]
        except ValueError:
            actors = ids_of(term, SubjectKind.ACCOUNT)
            subjects = [*actors, *ids_of(term, SubjectKind.EMPLOYEE)]
        return queryset.filter(Q(subject_id__in=subjects) | Q(actor_id__in=actors)), False

    @admin.display(description=_("whose record"))
    def whose(self, access: Any) -> str:
        """The person who was read, leading to the accesses to them."""
        if access.subject_id is None:
            return str(_("many people"))
        return _narrowing("subject_id", access.subject_id, access.subject_name)

    @admin.display(description=_("read by"))
    def reader(self, access: Any) -> str:
        """Who read, as they were called then, leading to what else they read."""
        return _narrowing("actor_id", access.actor_id, access.actor_name or access.account_name)

    @admin.display(description=_("company"), ordering="company_id")
    def company(self, access: Any) -> str:
        """The company whose person was read."""
        return access.company_name or str(access.company_id or "—")


def _narrowing(column: str, row_id: UUID, name: str | None) -> str:
    """A name, or the id while nobody is known by it, that leads to the rows of that id only."""
    address = reverse("admin:privacy_access_changelist", query={column: row_id})
    return format_html('<a href="{}" title="{}"><bdi>{}</bdi></a>', address, row_id, name or row_id)


class KeptForForm(forms.ModelForm):  # type: ignore[type-arg]
    """A period for one of the service's rules."""

    rule = forms.ChoiceField(label=_("rule"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "rule" in self.fields:
            self.fields["rule"].choices = [  # type: ignore[attr-defined]
                (rule.name, f"{rule.title} ({settings.RETENTION_DAYS.get(rule.name, rule.days)})")
                for rule in rules()
            ]


@admin.register(KeptFor)
class KeptForAdmin(TenantAdmin):
    """Periods that differ from the usual; for the group's own staff. Without a row, the usual one holds."""

    form = KeptForForm
    list_display = ("rule", "days", "reason", "changed_by", "updated_at")
    fields = ("rule", "days", "reason")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The rule stays."""
        return ("rule",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """With the name of who decided."""
        obj.changed_by = str(request.user)[:301]
        super().save_model(request, obj, form, change)


@admin.register(RetentionRun)
class RetentionRunAdmin(OperatorAdmin):
    """What the nights' runs did; an error is looked for in the log."""

    list_display = ("started_at", "rule", "days", "before", "rows", "error", "finished_at")
    list_filter = ("rule",)
    ordering = ("-started_at", "-id")


@admin.register(Erasure)
class ErasureAdmin(OperatorAdmin):
    """Erasures that this service has carried out."""

    list_display = ("done_at", "kind", "subject_id", "user_id", "company_id", "keep_until")
    list_filter = ("kind",)
    search_fields = ("=subject_id", "=user_id")
    ordering = ("-done_at",)
    fields = ("done_at", "kind", "subject_id", "user_id", "company_id", "keep_until", "outcome", "id")
    readonly_fields = ("outcome",)

    @admin.display(description=_("what was done"))
    def outcome(self, erasure: Erasure) -> str:
        """A line for each kind of data."""
        return lines_told(erasure.answer.get("lines", ()))
