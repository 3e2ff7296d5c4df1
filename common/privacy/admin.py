"""Who read whose record, and how long things are kept, for HR staff and operators."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.privacy.models import Access, Erasure, KeptFor, RetentionRun
from common.privacy.retention import rules
from common.staff.admin import TenantAdmin
from common.staff.operators import OperatorAdmin


@admin.register(Access)
class AccessAdmin(OperatorAdmin):
    """The access log of this service: for whoever may end an employment, in their company."""

    permission_area = "employees"
    permission_verbs: ClassVar[dict[str, str]] = {"view": "delete", "change": "delete"}
    list_display = (
        "at", "subject_kind", "subject_id", "actor_name", "actor_id", "action", "door", "place", "client_address",
    )  # fmt: skip
    list_filter = ("action", "door", "subject_kind")
    search_fields = ("=subject_id", "=actor_id")
    search_help_text = _("The id of the person who was read, or of the account that read.")
    ordering = ("-at", "-id")


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
